import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import { glanceAt, greyOf } from '../../detectors/glance.ts'
import { changedShare, greySample } from '../../detectors/luma-sample.ts'
import { blacken, maskRaster } from '../../detectors/mask-raster.ts'
import { sceneStats } from '../../detectors/scene-stats.ts'
import { drawnJpeg } from './support.ts'

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
  )

describe('glance', () => {
  test.each([
    [1280, 720, 160, 90],
    [1920, 1080, 240, 135],
    [768, 432, 192, 108],
    [640, 480, 160, 120],
    [1281, 721, 160, 90],
    [200, 150, 200, 150],
  ])('%d x %d is seen as %d x %d', async (widthPx, heightPx, wide, high) => {
    const { image, ...sizes } = await glanceAt(await drawnJpeg({ widthPx, heightPx }))
    expect([image.widthPx, image.heightPx, image.data.length]).toEqual([
      wide,
      high,
      wide * high * 3,
    ])
    expect(sizes).toEqual({ originalWidthPx: widthPx, originalHeightPx: heightPx })
  })

  test('a picture turned by EXIF is seen upright, a grey one as grey', async () => {
    const jpeg = await drawnJpeg({ widthPx: 1280, heightPx: 720 })
    const turned = await sharp(jpeg).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect((await glanceAt(turned)).image).toMatchObject({ widthPx: 90, heightPx: 160 })
    const grey = await sharp(jpeg).greyscale().jpeg().toBuffer()
    const { image } = await glanceAt(grey)
    expect(image.data.length).toBe(160 * 90 * 3)
    expect(greyOf(image).data[5_000]).toBe(image.data[15_000])
  })

  test('bad pictures are refused by their codes', async () => {
    const jpeg = await drawnJpeg({ widthPx: 640, heightPx: 360, noise: 3 })
    expect(await codeOf(glanceAt(Buffer.from('<html>')))).toBe('frame.not-jpeg')
    expect(await codeOf(glanceAt(jpeg.subarray(0, jpeg.length / 2)))).toBe('frame.damaged')
  })

  test('a quiet scene with sensor noise still differs from a frozen one in the sample of a glance', async () => {
    const sampleOf = async (seed: number) => {
      const jpeg = await drawnJpeg({ widthPx: 1280, heightPx: 720, noise: 2, seed })
      return greySample(greyOf((await glanceAt(jpeg)).image))
    }
    const [one, other, again] = await Promise.all([sampleOf(1), sampleOf(2), sampleOf(1)])
    expect(changedShare(one, other)).toBeGreaterThan(0.01)
    expect(changedShare(one, again)).toBe(0)
  })

  test('greyOf shrinks a large picture by whole blocks to the size of a glance', () => {
    const data = new Uint8Array(1280 * 720 * 3).fill(100)
    const grey = greyOf({ data, widthPx: 1280, heightPx: 720 })
    expect([grey.widthPx, grey.heightPx]).toEqual([320, 180])
    expect(grey.data.every((luma) => luma === 100)).toBe(true)
    const large = new Uint8Array(1920 * 1080 * 3).fill(200)
    const small = greyOf({ data: large, widthPx: 1920, heightPx: 1080 })
    expect([small.widthPx, small.heightPx, small.data[57_599]]).toEqual([320, 180, 200])
  })
})

describe('masks of a glance', () => {
  test('every pixel that a mask touches is taken, and nothing else', () => {
    expect(maskRaster([], 10, 10)).toBeNull()
    const square = maskRaster(
      [
        [
          [0.25, 0.25],
          [0.55, 0.25],
          [0.55, 0.55],
          [0.25, 0.55],
        ],
      ],
      10,
      10,
    ) as Uint8Array
    const rows = Array.from({ length: 10 }, (_, y) => square.subarray(y * 10, y * 10 + 10).join(''))
    expect(rows.slice(0, 3)).toEqual(['0000000000', '0000000000', '0011110000'])
    expect(rows.slice(5, 7)).toEqual(['0011110000', '0000000000'])
    const grey = new Uint8Array(100).fill(9)
    blacken(grey, square)
    expect(grey.reduce((sum, luma) => sum + luma, 0)).toBe(9 * (100 - 16))
  })
})

describe('scene numbers', () => {
  test('a lid has no contrast, blur takes sharpness, edges lie where they are', async () => {
    const data = new Uint8Array(160 * 90).fill(12)
    const lid = sceneStats({ data, widthPx: 160, heightPx: 90 })
    expect(lid).toMatchObject({ meanLuma: 12, contrast: 0, sharpness: 0 })
    const halves = data.map((_, i) => (i % 160 < 80 ? 40 : 200))
    const edge = sceneStats({ data: halves, widthPx: 160, heightPx: 90 })
    expect(edge.meanLuma).toBeCloseTo(120, 5)
    expect(edge.contrast).toBeCloseTo(80, 5)
    expect(edge.edges).toHaveLength(32 * 18)
    const row = [...edge.edges.subarray(0, 32)]
    expect(row.flatMap((strength, x) => (strength > 0 ? [x] : []))).toEqual([15, 16])
    const jpeg = await drawnJpeg({ widthPx: 640, heightPx: 360, noise: 6 })
    const blurred = await sharp(jpeg).blur(12).jpeg().toBuffer()
    const [sharpOne, softOne] = await Promise.all(
      [jpeg, blurred].map(async (bytes) => sceneStats(greyOf((await glanceAt(bytes)).image))),
    )
    expect(softOne?.sharpness).toBeLessThan((sharpOne?.sharpness ?? 0) / 3)
  })
})
