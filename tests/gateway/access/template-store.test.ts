import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaceTemplate } from '../../../gateway/access/template-record.ts'
import { createTemplateStore } from '../../../gateway/access/template-store.ts'
import { mulberry } from '../../detectors/support.ts'
import { community, keyHex, modelSha256, now, person } from './face-stand.ts'

let folder = ''
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'linli-store-')), 'faces')
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

const chance = mulberry(5)
const open = (key = keyHex) =>
  createTemplateStore({
    folder,
    keyHex: key,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => chance() * 256),
  })
const template = (id: string, subject = 'res_1'): FaceTemplate => ({
  id,
  community,
  subject,
  use: 'entry',
  createdAt: now,
  rosterVersion: 7,
  modelSha256,
  embeddings: [person(1), person(2)],
  mean: person(3),
})
const loaded = async (key = keyHex) => {
  const templates: FaceTemplate[] = []
  const { damaged } = await open(key).load((one) => templates.push(one))
  return { templates, damaged }
}

describe('template store', () => {
  it('gives back what was stored, to the last bit, after a restart', async () => {
    await open().write(template('fac_1'))
    await open().write(template('../../etc/passwd', 'res_2'))
    const { templates, damaged } = await loaded()
    expect(damaged).toEqual([])
    expect(templates.toSorted((a, b) => a.subject.localeCompare(b.subject))).toEqual([
      template('fac_1'),
      template('../../etc/passwd', 'res_2'),
    ])
    expect((await readdir(join(folder, '..'))).length).toBe(1)
    const [name] = await readdir(folder)
    expect((await stat(join(folder, name as string))).mode & 0o077).toBe(0)
  })

  it('never uses a nonce twice: the same template is other bytes each time', async () => {
    const nonces = new Set<string>()
    for (let i = 0; i < 20; i += 1) {
      await open().write(template('fac_1'))
      const [name] = await readdir(folder)
      nonces.add((await readFile(join(folder, name as string))).toString('hex', 4, 16))
    }
    expect(nonces.size).toBe(20)
  })

  it('names every damaged file and goes on with the others', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await open().write(template(id))
    const names = (await readdir(folder)).sort()
    const [bent, cut, empty] = names as [string, string, string, string]
    const bytes = await readFile(join(folder, bent))
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1
    await writeFile(join(folder, bent), bytes)
    await writeFile(join(folder, cut), (await readFile(join(folder, cut))).subarray(0, 900))
    await writeFile(join(folder, empty), '')
    const { templates, damaged } = await loaded()
    expect(damaged).toEqual([bent, cut, empty].sort())
    expect(templates.length).toBe(1)
  })

  it('refuses a change of each single byte of a record', async () => {
    await open().write(template('a'))
    const [name] = (await readdir(folder)) as [string]
    const whole = await readFile(join(folder, name))
    for (let at = 0; at < whole.length; at += 41) {
      const bent = Buffer.from(whole)
      bent[at] = (bent[at] as number) ^ 0x40
      await writeFile(join(folder, name), bent)
      expect((await loaded()).damaged).toEqual([name])
    }
  })

  it('opens nothing with another key, and deletes nothing for that', async () => {
    await open().write(template('a'))
    const { templates, damaged } = await loaded('ff'.repeat(32))
    expect([templates.length, damaged.length]).toEqual([0, 1])
    expect((await loaded()).templates.length).toBe(1)
  })

  it('does not take one record for another when files are moved about', async () => {
    await open().write(template('a', 'res_a'))
    const [nameA] = (await readdir(folder)) as [string]
    const recordOfA = await readFile(join(folder, nameA))
    await open().write(template('b', 'res_b'))
    const nameB = (await readdir(folder)).find((name) => name !== nameA) as string
    await writeFile(join(folder, nameB), recordOfA)
    const { templates, damaged } = await loaded()
    expect(templates.map(({ id }) => id)).toEqual(['a'])
    expect(damaged).toEqual([nameB])
  })

  it('clears away what a power cut left half written', async () => {
    await open().write(template('a'))
    const [name] = (await readdir(folder)) as [string]
    await rename(join(folder, name), join(folder, `${name}.tmp`))
    const { templates, damaged } = await loaded()
    expect([templates, damaged]).toEqual([[], []])
    expect(await readdir(folder)).toEqual([])
  })

  it('deletes, and says how many there were', async () => {
    await open().write(template('a'))
    await open().write(template('b'))
    expect(await open().remove(['a', 'unknown'])).toBe(1)
    expect(await open().remove(['a'])).toBe(0)
    expect((await loaded()).templates.map(({ id }) => id)).toEqual(['b'])
  })

  it('does not start with a key that is none', () => {
    expect(() => open('short')).toThrow('64 hexadecimal digits')
  })
})
