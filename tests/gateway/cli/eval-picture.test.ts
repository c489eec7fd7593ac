import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../../contracts/limits.ts'
import { createKit } from '../../../gateway/cli/eval/kit.ts'
import { openLookCache } from '../../../gateway/cli/eval/look-cache.ts'
import { decodePicture, readPicture, thumbnailOf } from '../../../gateway/cli/eval/picture.ts'

/** 60 x 40, red but for a blue corner at top left. */
const raw = Buffer.alloc(60 * 40 * 3)
for (let i = 0; i < 60 * 40; i += 1) raw[i * 3 + (i % 60 < 15 && i < 600 ? 2 : 0)] = 200
const source = () => sharp(raw, { raw: { width: 60, height: 40, channels: 3 } })

const formats = {
  'png of 16 bits': () => source().toColourspace('rgb16').png().toBuffer(),
  'png with a palette': () => source().png({ palette: true }).toBuffer(),
  'png with transparency': () => source().ensureAlpha(0.5).png().toBuffer(),
  'jpeg in cmyk': () => source().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
  webp: () => source().webp({ lossless: true }).toBuffer(),
  tiff: () => source().tiff().toBuffer(),
  'gif of two pages': () =>
    sharp(Buffer.concat([raw, Buffer.alloc(raw.length)]), {
      raw: { width: 60, height: 80, channels: 3, pageHeight: 40 },
    })
      .gif()
      .toBuffer(),
  'png that EXIF turns twice': () =>
    source().rotate(180).withMetadata({ orientation: 3 }).png().toBuffer(),
} as const

test.each(Object.entries(formats))('%s: three bytes a pixel, the right way up', async (_, make) => {
  const image = await decodePicture(await make())
  expect(image).toMatchObject({ widthPx: 60, heightPx: 40, originalWidthPx: 60 })
  expect(image.data).toHaveLength(60 * 40 * 3)
  const at = (x: number, y: number): number[] => [
    ...image.data.subarray((y * 60 + x) * 3, (y * 60 + x) * 3 + 3),
  ]
  const [corner, middle] = [at(4, 4), at(40, 30)]
  expect((corner[2] ?? 0) - (corner[0] ?? 0)).toBeGreaterThan(60)
  expect((middle[0] ?? 0) - (middle[2] ?? 0)).toBeGreaterThan(60)
})

test('grey pictures have three equal channels', async () => {
  for (const grey of [source().greyscale().jpeg(), source().greyscale().ensureAlpha().png()]) {
    const { data } = await decodePicture(await grey.toBuffer())
    expect(data).toHaveLength(60 * 40 * 3)
    expect([data[3], data[4]]).toEqual([data[5], data[5]])
  }
})

test('other formats shrink as a JPEG does, and say how large they were', async () => {
  expect(await decodePicture(await source().png().toBuffer(), 30)).toMatchObject({
    widthPx: 30,
    heightPx: 20,
    originalWidthPx: 60,
    originalHeightPx: 40,
  })
  expect(await decodePicture(await source().png().toBuffer(), 500)).toMatchObject({ widthPx: 60 })
})

test('a photo of a telephone, too large for a camera, is taken: whole by its bytes, shrunk by its pixels', async () => {
  const jpeg = await source().jpeg().toBuffer()
  const heavy = Buffer.concat([jpeg, Buffer.alloc(limits.frameBytesMax)])
  expect(await decodePicture(heavy)).toMatchObject({ widthPx: 60, heightPx: 40 })
  const wide = await sharp({
    create: { width: 8000, height: 4000, channels: 3, background: 'red' },
  })
    .jpeg()
    .toBuffer()
  const image = await decodePicture(wide)
  expect(image).toMatchObject({ originalWidthPx: 8000, originalHeightPx: 4000 })
  expect(image.widthPx * image.heightPx).toBeLessThanOrEqual(limits.framePixelsMax * 1.001)
  expect(image.widthPx / image.heightPx).toBeCloseTo(2, 2)
})

/** A picture that says it has 50,000 x 50,000 pixels, in a hundred bytes. */
async function bomb(): Promise<Buffer> {
  const png = await source().png().toBuffer()
  png.writeUInt32BE(50_000, 16)
  png.writeUInt32BE(50_000, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let k = 0; k < 8; k += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

test('what is torn, empty, no picture or too large is named', async () => {
  const jpeg = await source().jpeg().toBuffer()
  const refused: readonly (readonly [Buffer, string])[] = [
    [Buffer.alloc(0), 'frame.damaged'],
    [Buffer.from('hello'), 'frame.damaged'],
    [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>'),
      'frame.damaged',
    ],
    [jpeg.subarray(0, jpeg.length / 2), 'frame.damaged'],
    [(await source().png().toBuffer()).subarray(0, 60), 'frame.damaged'],
    [await bomb(), 'frame.too-large'],
  ]
  for (const [bytes, code] of refused)
    await expect(decodePicture(bytes)).rejects.toMatchObject({ code })
})

describe('files', () => {
  let folder: string
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'linli-eval-picture-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('only files of a size that a picture has are read; a pipe without a writer does not stop the run', async () => {
    mkdirSync(join(folder, 'folder.jpg'))
    execFileSync('mkfifo', [join(folder, 'pipe.jpg')])
    writeFileSync(join(folder, 'large.jpg'), '')
    truncateSync(join(folder, 'large.jpg'), 65 * 1024 * 1024)
    for (const [name, code] of [
      ['folder.jpg', 'EISDIR'],
      ['pipe.jpg', 'EINVAL'],
      ['gone.jpg', 'ENOENT'],
      ['large.jpg', 'frame.too-large'],
    ] as const)
      await expect(readPicture(join(folder, name))).rejects.toMatchObject({ code })
    expect(await thumbnailOf(join(folder, 'large.jpg'))).toBeNull()
  })

  test('bad pictures are answers, each with its reason; the rest goes on, and nothing is looked at twice', async () => {
    const good = join(folder, '好 图.png')
    writeFileSync(good, await source().png().toBuffer())
    writeFileSync(join(folder, 'bomb.png'), await bomb())
    writeFileSync(join(folder, 'empty.jpg'), '')
    const looks: number[] = []
    const lookAll = () =>
      createKit({
        io: { env: {}, checkout: folder },
        name: 'test',
        cache: openLookCache(join(folder, 'seen.jsonl'), false),
        progress: { terminal: false, write: () => null },
        used: [],
      }).each(
        ['empty.jpg', 'bomb.png', 'gone.jpg', 'folder.jpg', '好 图.png', '好 图.png'].map(
          (name) => ({
            name,
            path: join(folder, name),
          }),
        ),
        { models: [], settings: 'test' },
        ({ widthPx }) => Promise.resolve(looks.push(widthPx)),
      )
    const seen = await lookAll()
    expect(
      Object.fromEntries(
        [...seen].map(([path, looked]) => [path.slice(folder.length + 1), looked]),
      ),
    ).toEqual({
      'bomb.png': { ok: false, why: 'frame.too-large' },
      'empty.jpg': { ok: false, why: 'frame.damaged' },
      'folder.jpg': { ok: false, why: 'EISDIR' },
      'gone.jpg': { ok: false, why: 'missing' },
      '好 图.png': { ok: true, value: 1 },
    })
    expect(Object.fromEntries(await lookAll())).toEqual(Object.fromEntries(seen))
    expect(looks).toEqual([60])
  })
})
