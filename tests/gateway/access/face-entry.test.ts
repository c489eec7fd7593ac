import { readdir } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createFaceEntry } from '../../../gateway/access/face-entry.ts'
import type { BoxPx } from '../../../contracts/detections.ts'
import {
  community,
  consent,
  doorCamera,
  enrolment,
  face,
  like,
  lookOf,
  now,
  person,
  pictureOf,
  rosterWith,
  stand,
  yardCamera,
} from './face-stand.ts'

type Stand = Awaited<ReturnType<typeof stand>>
const open: Stand[] = []
const opened = async (...args: Parameters<typeof stand>): Promise<Stand> => {
  const made = await stand(...args)
  open.push(made)
  return made
}
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

/** Enrolled people of the seeds, each with a consent that the roster names. */
async function withPeople(at: Stand, ...seeds: number[]): Promise<void> {
  for (const seed of seeds)
    await at.entry.enrol(enrolment(`fac_${seed}`, `res_${seed}`, pictureOf(face(person(seed)))))
  at.roster.replace(
    rosterWith({ version: 2, faces: seeds.map((seed) => consent(`fac_${seed}`, `res_${seed}`)) }),
  )
  await at.entry.reconcile()
}
const her = (seed: number, n = 1) => like(person(seed), 0.75, n)

describe('face entry at a door', () => {
  it('proves a resident on the second frame, within the call', async () => {
    const at = await opened()
    await withPeople(at, 1, 2, 3)
    at.entry.looked(lookOf(doorCamera, 0, face(her(2, 1))))
    expect(at.proofs).toEqual([])
    at.entry.looked(lookOf(doorCamera, 200, face(her(2, 2))))
    expect(at.proofs).toMatchObject([
      { community, camera: 'cam-door', resident: 'res_2', ts: now + 200, at: 200, frames: 2 },
    ])
    expect(at.proofs[0]?.similarity).toBeCloseTo(0.75, 2)
    expect(at.refusals).toEqual([])
  })

  it('says it once, and again after ten seconds or when the person comes back', async () => {
    const at = await opened()
    await withPeople(at, 1)
    for (let ms = 0; ms <= 9_800; ms += 200)
      at.entry.looked(lookOf(doorCamera, ms, face(her(1, ms))))
    expect(at.proofs.length).toBe(1)
    for (let ms = 10_000; ms <= 11_000; ms += 200)
      at.entry.looked(lookOf(doorCamera, ms, face(her(1, ms))))
    expect(at.proofs.length).toBe(2)
    for (let ms = 15_000; ms <= 16_000; ms += 200)
      at.entry.looked(lookOf(doorCamera, ms, face(her(1, ms))))
    expect(at.proofs.length).toBe(3)
  })

  it('does not count one picture that came twice as two', async () => {
    const at = await opened()
    await withPeople(at, 1)
    const look = lookOf(doorCamera, 0, face(her(1)))
    at.entry.looked(look)
    at.entry.looked({ ...look, at: 50 })
    expect(at.proofs).toEqual([])
  })

  it('does not add up frames of two people who stand side by side', async () => {
    const at = await opened()
    await withPeople(at, 1)
    const left: BoxPx = [100, 200, 120, 150]
    const right: BoxPx = [800, 200, 120, 150]
    at.entry.looked(
      lookOf(doorCamera, 0, face(her(1), { boxPx: left }), face(person(50), { boxPx: right })),
    )
    at.entry.looked(
      lookOf(doorCamera, 200, face(person(51), { boxPx: left }), face(her(1), { boxPx: right })),
    )
    expect(at.proofs).toEqual([])
  })

  it('refuses strangers after three seconds, once, and keeps a picture only where that is wired', async () => {
    const kept: BoxPx[] = []
    const at = await opened({ keepStranger: (_look, boxPx) => kept.push(boxPx) })
    await withPeople(at, 1, 2)
    for (let ms = 0; ms <= 8_000; ms += 200)
      at.entry.looked(lookOf(doorCamera, ms, face(like(person(80), 0.7, ms))))
    expect(at.refusals).toMatchObject([{ reason: 'face-unknown', resident: null, ts: now + 3_000 }])
    expect(kept).toEqual([[500, 200, 150, 180]])
    expect([at.proofs, at.identities]).toEqual([[], []])
  })

  it('refuses whoever stands between two enrolled faces, and twins need a larger margin', async () => {
    const at = await opened()
    const twin = like(person(1), 0.5, 3)
    await at.entry.enrol(enrolment('fac_a', 'res_a', pictureOf(face(person(1)))))
    const { lookAlikes } = await at.entry.enrol(enrolment('fac_b', 'res_b', pictureOf(face(twin))))
    expect(lookAlikes).toMatchObject([{ resident: 'res_a' }])
    at.roster.replace(
      rosterWith({ version: 2, faces: [consent('fac_a', 'res_a'), consent('fac_b', 'res_b')] }),
    )
    await at.entry.reconcile()
    const between = person(1).map((value, i) => (value + (twin[i] as number)) / Math.sqrt(3))
    for (let ms = 0; ms <= 3_000; ms += 250) at.entry.looked(lookOf(doorCamera, ms, face(between)))
    expect(at.proofs).toEqual([])
    expect(at.refusals).toMatchObject([{ reason: 'face-ambiguous' }])
  })

  it('a picture held up opens nothing and is told with the name that it tried', async () => {
    const at = await opened()
    await withPeople(at, 1)
    for (let ms = 0; ms <= 6_000; ms += 200)
      at.entry.looked(lookOf(doorCamera, ms, face(her(1, ms), { livenessScore: 0.05 })))
    expect(at.proofs).toEqual([])
    expect(at.identities).toEqual([])
    expect(at.refusals).toMatchObject([{ reason: 'face-not-live', resident: 'res_1' }])
  })

  it('a poster on the wall is told once, however often somebody walks before it', async () => {
    const at = await opened()
    const poster = face(person(90), { livenessScore: 0.1 })
    for (let round = 0; round < 20; round += 1)
      for (let ms = 0; ms <= 4_000; ms += 500)
        at.entry.looked(lookOf(doorCamera, round * 60_000 + ms, poster))
    expect(at.refusals.length).toBe(1)
  })

  it('says why it cannot recognise, and nothing of who only passes by', async () => {
    const at = await opened()
    const dark = face(null, { quality: { faults: ['too-dark'] } })
    const far = face(null, { boxPx: [10, 10, 25, 30], quality: { faults: ['too-small'] } })
    for (let ms = 0; ms <= 4_000; ms += 250) at.entry.looked(lookOf(doorCamera, ms, dark, far))
    expect(at.refusals).toMatchObject([{ reason: 'face-quality', detail: 'too-dark' }])
  })

  it('knows nobody of another community', async () => {
    const at = await opened()
    await withPeople(at, 1)
    for (let ms = 0; ms <= 1_000; ms += 200) {
      const look = lookOf(doorCamera, ms, face(her(1, ms)))
      at.entry.looked({ ...look, frame: { ...look.frame, community: 'other' } })
    }
    expect(at.proofs).toEqual([])
  })
})

describe('consent decides who may match', () => {
  it('nobody before the roster names the template, nobody from the moment that it does not', async () => {
    const at = await opened()
    await at.entry.enrol(enrolment('fac_1', 'res_1', pictureOf(face(person(1)))))
    const walkUp = (from: number) => {
      for (let ms = from; ms <= from + 400; ms += 200)
        at.entry.looked(lookOf(doorCamera, ms, face(her(1, ms))))
    }
    walkUp(0)
    expect(at.proofs.length).toBe(0)
    at.roster.replace(rosterWith({ version: 2, faces: [consent('fac_1', 'res_1')] }))
    await at.entry.reconcile()
    walkUp(60_000)
    expect(at.proofs.length).toBe(1)
    // Nobody has told us to reconcile yet: the next frame must see it all the same.
    at.roster.replace(rosterWith({ version: 3, faces: [] }))
    walkUp(120_000)
    expect(at.proofs.length).toBe(1)
    expect(await readdir(at.folder)).toHaveLength(1)
    await at.entry.reconcile()
    expect(await readdir(at.folder)).toHaveLength(0)
    expect(at.entry.count()).toEqual({ persons: 0, templates: 0 })
  })

  it('a fresh template survives the rosters that cannot know it, and not the one after its time', async () => {
    const at = await opened()
    await at.entry.enrol(enrolment('fac_1', 'res_1', pictureOf(face(person(1)))))
    await at.entry.reconcile()
    at.roster.replace(rosterWith({ version: 2 }))
    await at.entry.reconcile()
    expect(at.entry.count().templates).toBe(1)
    at.time.now += 660_000
    await at.entry.reconcile()
    expect(at.entry.count().templates).toBe(0)
    expect(await readdir(at.folder)).toEqual([])
  })

  it('deletes nothing on the word of a roster that was never received', async () => {
    const at = await opened()
    await at.entry.enrol(enrolment('fac_1', 'res_1', pictureOf(face(person(1)))))
    at.time.now += 100_000_000
    at.roster.replace(rosterWith({ version: 0 }))
    await at.entry.reconcile()
    expect(at.entry.count().templates).toBe(1)
  })

  it('forgets at once, also what it does not know', async () => {
    const at = await opened()
    await withPeople(at, 1, 2)
    expect(await at.entry.forget('fac_1')).toEqual({ templates: 1, pictures: 0 })
    expect(await at.entry.forget('fac_1')).toEqual({ templates: 0, pictures: 0 })
    at.entry.looked(lookOf(doorCamera, 0, face(her(1, 1))))
    at.entry.looked(lookOf(doorCamera, 200, face(her(1, 2))))
    expect(at.proofs).toEqual([])
    expect(await readdir(at.folder)).toHaveLength(1)
  })

  it('after a restart the same people are known; those of another model are named and match nobody', async () => {
    const at = await opened()
    await withPeople(at, 1, 2)
    const again = createFaceEntry(at.deps)
    await again.start()
    again.looked(lookOf(doorCamera, 0, face(her(2, 1))))
    again.looked(lookOf(doorCamera, 200, face(her(2, 2))))
    expect(at.proofs).toMatchObject([{ resident: 'res_2' }])
    const other = createFaceEntry({ ...at.deps, modelSha256: 'cc'.repeat(32) })
    await other.start()
    other.looked(lookOf(doorCamera, 0, face(her(2, 1))))
    other.looked(lookOf(doorCamera, 200, face(her(2, 2))))
    expect(at.proofs.length).toBe(1)
    expect(other.count()).toEqual({ persons: 2, templates: 2 })
    expect(JSON.stringify(at.logged)).toContain('fac_2')
    // Consent is withdrawn: they go like any other.
    at.roster.replace(rosterWith({ version: 9 }))
    at.time.now += 660_000
    await other.reconcile()
    expect(await readdir(at.folder)).toEqual([])
  })
})

describe('signs of life for care', () => {
  it('a resident before any camera, after three frames, once a minute, without a picture', async () => {
    const at = await opened()
    await withPeople(at, 1)
    for (let ms = 0; ms <= 70_000; ms += 500)
      at.entry.looked(lookOf(yardCamera, ms, face(her(1, ms))))
    expect(at.identities.map(({ ts }) => ts - now)).toEqual([1_000, 61_000])
    expect(at.identities[0]).toMatchObject({ camera: 'cam-yard', resident: 'res_1' })
    expect(Object.keys(at.identities[0] ?? {}).sort()).toEqual([
      'camera',
      'community',
      'kind',
      'receivedAt',
      'resident',
      'similarity',
      'ts',
    ])
  })

  it('neither a photograph on the wall nor, without the liveness models, a face that never moves', async () => {
    const at = await opened()
    await withPeople(at, 1)
    for (let ms = 0; ms <= 10_000; ms += 500) {
      at.entry.looked(lookOf(yardCamera, ms, face(her(1, ms), { livenessScore: 0.4 })))
      const still = lookOf(doorCamera, ms, face(her(1, ms), { livenessScore: null }))
      at.entry.looked(still)
    }
    expect(at.identities).toEqual([])
    for (let ms = 60_000; ms <= 63_000; ms += 500) {
      const boxPx: BoxPx = [500 + (ms - 60_000) / 40, 200, 150, 180]
      at.entry.looked(lookOf(yardCamera, ms, face(her(1, ms), { livenessScore: null, boxPx })))
    }
    expect(at.identities.length).toBe(1)
  })

  it('a face that is only just near enough for a door is not near enough to say who was seen', async () => {
    const at = await opened()
    await withPeople(at, 1)
    for (let ms = 0; ms <= 4_000; ms += 500)
      at.entry.looked(lookOf(doorCamera, ms, face(like(person(1), 0.41, ms))))
    expect([at.proofs.length, at.identities.length]).toEqual([1, 0])
  })
})
