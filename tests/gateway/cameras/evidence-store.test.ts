import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEvidenceStore, type EvidenceStore } from '../../../gateway/cameras/evidence-store.ts'
import { silent } from '../vision/support.ts'

let folder: string
let now = 1_800_000_000_000
const stores: EvidenceStore[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linli-evidence-'))
})
afterEach(async () => {
  for (const store of stores.splice(0)) store.close()
  await rm(folder, { recursive: true, force: true })
})
async function open(bytesMax = 1_000_000): Promise<EvidenceStore> {
  const store = createEvidenceStore({ clock: () => now, logger: silent }, { folder, bytesMax })
  stores.push(store)
  await store.start()
  return store
}
const picture = (fill: number, bytes = 1_000): Buffer => Buffer.alloc(bytes, fill)

test('a picture is named by its content, stored once, and read back as it was', async () => {
  const store = await open()
  const sha256 = await store.put(picture(1))
  expect(sha256).toBe(createHash('sha256').update(picture(1)).digest('hex'))
  expect(await store.put(picture(1))).toBe(sha256)
  expect(await store.read(sha256 ?? '')).toEqual(picture(1))
  expect(store.stats()).toMatchObject({ pictures: 1, bytes: 1_000 })
  expect(await store.read('0'.repeat(64))).toBeNull()
  expect(await store.read('../../etc/passwd')).toBeNull()
})

test('what nobody refers to is gone after an hour; what is locked stays, also over a restart', async () => {
  // The age of what is found at the start is that of its file.
  now = Date.now()
  const store = await open()
  const loose = (await store.put(picture(1))) ?? ''
  const locked = (await store.put(picture(2))) ?? ''
  expect(await store.lock(locked)).toBe(true)
  expect(await store.lock('0'.repeat(64))).toBe(false)
  store.close()
  const again = await open()
  now = Date.now() + 2 * 3_600_000
  await again.sweep()
  expect(await again.read(loose)).toBeNull()
  expect(await again.read(locked)).toEqual(picture(2))
  await again.release(locked)
  expect(await again.read(locked)).toBeNull()
  expect(again.stats()).toMatchObject({ pictures: 0, bytes: 0, swept: 1 })
})

test('the quota holds: the oldest loose ones make room, locked ones never, and then it refuses and counts', async () => {
  const store = await open(3_000)
  const shas: string[] = []
  for (let i = 0; i < 3; i += 1) {
    now += 1_000
    shas.push((await store.put(picture(i))) ?? '')
  }
  await store.lock(shas[0] ?? '')
  now += 1_000
  const fourth = await store.put(picture(9))
  expect(fourth).not.toBeNull()
  expect(await store.read(shas[0] ?? '')).not.toBeNull()
  expect(await store.read(shas[1] ?? '')).toBeNull()
  await store.lock(shas[2] ?? '')
  await store.lock(fourth ?? '')
  expect(await store.put(picture(10))).toBeNull()
  expect(store.stats()).toMatchObject({ bytes: 3_000, refused: 1 })
})

test('half a picture of a write that a power cut ended is swept away at the start', async () => {
  const store = await open()
  store.close()
  await writeFile(join(folder, 'loose', `${'a'.repeat(64)}.0badf00d.part`), 'half')
  const again = await open()
  expect(again.stats().pictures).toBe(0)
  expect(await readdir(join(folder, 'loose'))).toEqual([])
})

test('a disk that refuses is counted, and the caller is told that there is no picture', async () => {
  const store = await open()
  await rm(folder, { recursive: true, force: true })
  expect(await store.put(picture(3))).toBeNull()
  expect(store.stats().refused).toBe(1)
})

test('control C5: the picture of a refused stranger cannot be locked and is gone after a day', async () => {
  now = Date.now()
  const store = await open()
  const stranger = (await store.put(picture(4), 'refused')) ?? ''
  expect(await store.lock(stranger)).toBe(false)
  // The api never takes it: a release does not speak for it.
  await store.release(stranger)
  expect(store.stats()).toMatchObject({ pictures: 1, strangers: 1 })
  now += 23 * 3_600_000
  await store.sweep()
  expect(await store.read(stranger)).toEqual(picture(4))
  store.close()
  now += 2 * 3_600_000
  // Also after a restart, before anything else is done.
  const again = await open()
  expect(await again.read(stranger)).toBeNull()
  expect(again.stats()).toMatchObject({ pictures: 0, strangers: 0, bytes: 0, swept: 1 })
})

test('a refused one that turns out to be evidence of an anomaly is kept as such', async () => {
  const store = await open()
  const sha256 = (await store.put(picture(5), 'refused')) ?? ''
  expect(await store.put(picture(5))).toBe(sha256)
  expect(await store.lock(sha256)).toBe(true)
  expect(store.stats()).toMatchObject({ pictures: 1, strangers: 0 })
})

test('a clip is kept beside the pictures and known as one after a restart', async () => {
  const store = await open()
  const clip = Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from('ftypisom'),
    Buffer.alloc(50),
  ])
  const sha256 = (await store.put(clip)) ?? ''
  await store.lock(sha256)
  store.close()
  const again = await open()
  expect(again.stats()).toMatchObject({ pictures: 0, clips: 1 })
  expect(await again.read(sha256)).toEqual(clip)
})
