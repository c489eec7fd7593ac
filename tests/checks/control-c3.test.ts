import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createFaceEntry } from '../../gateway/access/face-entry.ts'
import { meanOf } from '../../gateway/access/face-vector.ts'
import {
  consent,
  doorCamera,
  enrolment,
  face,
  like,
  lookOf,
  person,
  pictureOf,
  rosterWith,
  stand,
} from '../gateway/access/face-stand.ts'

type Stand = Awaited<ReturnType<typeof stand>>
let at: Stand | null = null
afterEach(async () => {
  await at?.close()
  at = null
})

/** All bytes under a folder, each file by its path. */
async function allBytes(folder: string): Promise<readonly (readonly [string, Buffer])[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = join(entry.parentPath, entry.name)
        return [file, await readFile(file)] as const
      }),
  )
}

/** Any four numbers in a row, as little- or big-endian floats, or the way that JSON writes them. */
function tracesOf(vector: Float32Array): Buffer[] {
  return [0, 40, 124].flatMap((from) => {
    const part = vector.slice(from, from + 4)
    const little = Buffer.alloc(16)
    const big = Buffer.alloc(16)
    part.forEach((value, i) => {
      little.writeFloatLE(value, i * 4)
      big.writeFloatBE(value, i * 4)
    })
    return [little, big, Buffer.from([...part].slice(0, 2).join(','))]
  })
}

describe('control C3: no vector and no picture in the clear', () => {
  it('neither on disk nor in the log, after enrolling, matching, refusing and a restart', async () => {
    at = await stand()
    const shots = [1, 2, 3].map((n) => like(person(1), 0.8, n))
    await at.entry.enrol(enrolment('fac_1', 'res_1', ...shots.map((shot) => pictureOf(face(shot)))))
    at.roster.replace(rosterWith({ version: 2, faces: [consent('fac_1', 'res_1')] }))
    await at.entry.reconcile()
    const probe = like(person(1), 0.78, 9)
    for (let ms = 0; ms < 5_000; ms += 250) {
      at.entry.looked(lookOf(doorCamera, ms, face(probe)))
    }
    for (let ms = 20_000; ms < 25_000; ms += 250)
      at.entry.looked(lookOf(doorCamera, ms, face(person(60))))
    expect([at.proofs.length, at.refusals.length]).toEqual([1, 1])
    await at.entry.close()
    const again = createFaceEntry(at.deps)
    await again.start()
    expect(again.count().templates).toBe(1)
    const mean = meanOf(shots)
    if (mean === null) throw new Error('no mean')
    const home = await allBytes(join(at.folder, '..'))
    expect(home.length).toBe(1)
    const told = [at.logged, at.proofs, at.refusals, at.identities, at.alarms]
    const places = [...home, ['log and facts', Buffer.from(JSON.stringify(told))] as const]
    for (const [place, bytes] of places) {
      for (const vector of [...shots, mean, probe, person(60)])
        for (const trace of tracesOf(vector))
          expect([place, bytes.includes(trace)]).toEqual([place, false])
      expect([place, bytes.includes(Buffer.from([0xff, 0xd8, 0xff]))]).toEqual([place, false])
      expect([place, bytes.includes(Buffer.from(at.deps.keyHex, 'hex'))]).toEqual([place, false])
    }
  })

  it('the search would find them: a clear record is seen by it', () => {
    const clear = Buffer.from(person(1).buffer)
    expect(tracesOf(person(1)).some((trace) => clear.includes(trace))).toBe(true)
  })
})
