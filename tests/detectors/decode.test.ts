import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import { decodeJpeg, tuneDecoder } from '../../detectors/decode.ts'
import { readJpegHeader } from '../../detectors/jpeg-header.ts'
import { drawnJpeg, hugePng } from './support.ts'

beforeAll(tuneDecoder)

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work()
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error)
  }
  return 'no error'
}

describe('what a camera may send', () => {
  test('a JPEG is decoded to RGB, shrunk to the asked size, its own size kept', async () => {
    const jpeg = await drawnJpeg({ widthPx: 1280, heightPx: 720 })
    const image = await decodeJpeg(jpeg, 640)
    expect([image.widthPx, image.heightPx]).toEqual([640, 360])
    expect([image.originalWidthPx, image.originalHeightPx]).toEqual([1280, 720])
    expect(image.data).toHaveLength(640 * 360 * 3)
    expect(image.data[2] as number).toBeGreaterThan(image.data[0] as number)
  })

  test('a small picture is not enlarged, since that adds work and no detail', async () => {
    const image = await decodeJpeg(await drawnJpeg({ widthPx: 200, heightPx: 100 }), 640)
    expect([image.widthPx, image.heightPx]).toEqual([200, 100])
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'EXIF orientation %i is applied, as boxes refer to the upright picture',
    async (orientation) => {
      const jpeg = await sharp({
        create: { width: 80, height: 40, channels: 3, background: '#808080' },
      })
        .withExif({ IFD0: { Make: 'camera' } })
        .withMetadata({ orientation })
        .jpeg()
        .toBuffer()
      expect(readJpegHeader(jpeg).orientation).toBe(orientation)
      const image = await decodeJpeg(jpeg, 40)
      const sideways = orientation >= 5
      expect([image.originalWidthPx, image.originalHeightPx]).toEqual(
        sideways ? [40, 80] : [80, 40],
      )
      expect([image.widthPx, image.heightPx]).toEqual(sideways ? [20, 40] : [40, 20])
    },
  )

  // Where the top left corner as stored is seen, by EXIF 2.32, tag 0x0112.
  test.each([
    [1, 'top left'],
    [2, 'top right'],
    [3, 'bottom right'],
    [4, 'bottom left'],
    [5, 'top left'],
    [6, 'top right'],
    [7, 'bottom right'],
    [8, 'bottom left'],
  ])(
    'EXIF orientation %i brings the first corner to %s, whole and shrunk',
    async (orientation, place) => {
      const stored = Buffer.alloc(96 * 64 * 3)
      for (let y = 0; y < 24; y += 1) stored.fill(255, y * 96 * 3, (y * 96 + 24) * 3)
      const jpeg = await sharp(stored, { raw: { width: 96, height: 64, channels: 3 } })
        .withMetadata({ orientation })
        .jpeg({ quality: 95 })
        .toBuffer()
      for (const longSideMaxPx of [96, 48]) {
        const { data, widthPx, heightPx } = await decodeJpeg(jpeg, longSideMaxPx)
        const bright = (x: number, y: number): boolean =>
          (data[(Math.floor(y * heightPx) * widthPx + Math.floor(x * widthPx)) * 3] ?? 0) > 200
        const corners = {
          'top left': bright(0.08, 0.08),
          'top right': bright(0.92, 0.08),
          'bottom left': bright(0.08, 0.92),
          'bottom right': bright(0.92, 0.92),
        }
        expect(Object.entries(corners).flatMap(([name, on]) => (on ? [name] : []))).toEqual([place])
      }
    },
  )

  test('greyscale and CMYK JPEGs become three channels: infrared cameras send the former', async () => {
    const grey = await sharp({
      create: { width: 64, height: 48, channels: 3, background: '#556677' },
    })
      .toColourspace('b-w')
      .jpeg()
      .toBuffer()
    const cmyk = await sharp({
      create: { width: 64, height: 48, channels: 3, background: '#556677' },
    })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer()
    for (const jpeg of [grey, cmyk]) expect((await decodeJpeg(jpeg)).data).toHaveLength(64 * 48 * 3)
  })
})

describe('what is refused, each with its code, so that one bad camera is named and disturbs nobody', () => {
  test('a truncated JPEG is damaged, at every place where it can be cut', async () => {
    const jpeg = await drawnJpeg({ widthPx: 640, heightPx: 360, noise: 4 })
    for (const share of [0.02, 0.3, 0.6, 0.9, 0.99])
      expect(await codeOf(() => decodeJpeg(jpeg.subarray(0, jpeg.length * share), 640))).toBe(
        'frame.damaged',
      )
  })

  test('a 50,000 x 50,000 PNG named .jpg is refused by its magic, with no memory spent on pixels', async () => {
    const png = hugePng(50_000)
    expect(png.length).toBeLessThan(4 * 1024 * 1024)
    const { width, height } = await sharp(png, { limitInputPixels: false }).metadata()
    expect([width, height]).toEqual([50_000, 50_000])
    const before = process.memoryUsage().rss
    expect(await codeOf(() => decodeJpeg(png))).toBe('frame.not-jpeg')
    expect(process.memoryUsage().rss - before).toBeLessThan(20 * 1024 * 1024)
  })

  test('a JPEG header that claims 65,000 x 65,000 is refused before decoding', async () => {
    const jpeg = Buffer.from(await drawnJpeg({ widthPx: 64, heightPx: 64 }))
    const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    jpeg.writeUInt16BE(65_000, at + 5)
    jpeg.writeUInt16BE(65_000, at + 7)
    expect(await codeOf(() => decodeJpeg(jpeg))).toBe('frame.too-large')
  })

  test('more than 4 MiB is too large', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024 + 1)
    large.set([0xff, 0xd8, 0xff, 0xe0])
    expect(await codeOf(() => decodeJpeg(large))).toBe('frame.too-large')
  })

  test('text, SVG, nothing at all and a JPEG of nothing but markers', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    expect(await codeOf(() => decodeJpeg(svg))).toBe('frame.not-jpeg')
    expect(await codeOf(() => decodeJpeg(Buffer.alloc(0)))).toBe('frame.not-jpeg')
    expect(await codeOf(() => decodeJpeg(Buffer.from([0xff, 0xd8, 0xff, 0xd9])))).toBe(
      'frame.damaged',
    )
    const source = await readFile(new URL(import.meta.url))
    expect(await codeOf(() => decodeJpeg(source))).toBe('frame.not-jpeg')
  })

  test('random bytes behind a true header are an error with a code, never a crash', async () => {
    const jpeg = Buffer.from(await drawnJpeg({ widthPx: 320, heightPx: 200, noise: 3 }))
    for (let seed = 1; seed <= 40; seed += 1) {
      const broken = Buffer.from(jpeg)
      for (let i = 0; i < 30; i += 1)
        broken[((seed * 7919 + i * 104_729) % (broken.length - 4)) + 2] =
          (seed * 31 + i * 17) & 0xff
      expect(await codeOf(() => decodeJpeg(broken, 160))).toMatch(/^(no error|frame\.)/)
    }
  })
})
