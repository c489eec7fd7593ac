import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeJpeg } from '../../detectors/decode.ts'
import { overlaySvg } from '../../detectors/draw-boxes.ts'
import { turnedBack } from '../../detectors/every-face.ts'
import { createFaceDetector } from '../../detectors/face-detector.ts'
import type { RgbImage } from '../../detectors/image.ts'
import { mosaic } from '../../detectors/mosaic.ts'
import { createPlateDetector } from '../../detectors/plate-detector.ts'
import { redactPicture } from '../../detectors/redact.ts'
import { needs } from '../support/needs.ts'
import { openReader } from './plate-support.ts'
import { drawnJpeg, mediaFile, modelFile, mulberry } from './support.ts'

const noisy = (widthPx: number, heightPx: number): RgbImage => {
  const random = mulberry(7)
  const data = Uint8Array.from({ length: widthPx * heightPx * 3 }, () => random() * 256)
  return { data, widthPx, heightPx }
}

const edges = async (picture: Buffer): Promise<number> => {
  const { data } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true })
  let sum = 0
  for (let i = 1; i < data.length; i += 1) sum += Math.abs((data[i] ?? 0) - (data[i - 1] ?? 0))
  return sum / data.length
}

test('a mosaic leaves at most a few dozen coarse colours of a face: nothing to recognise or to restore', () => {
  const image = noisy(400, 300)
  mosaic(image, [[100, 80, 120, 150]])
  const colours = new Set<string>()
  for (let y = 60; y < 250; y += 1) {
    for (let x = 90; x < 230; x += 1) {
      const at = (y * 400 + x) * 3
      const pixel = image.data.subarray(at, at + 3)
      colours.add([...pixel].join(','))
      for (const value of pixel) expect(value % 16).toBe(8)
    }
  }
  expect(colours.size).toBeLessThanOrEqual(36)
})

test('a face that reaches over the edge of the picture is destroyed as far as it is in it', () => {
  const image = noisy(100, 100)
  mosaic(image, [[-30, 70, 60, 60]])
  expect((image.data[(99 * 100 + 0) * 3] ?? 0) % 16).toBe(8)
  expect((image.data[(90 * 100 + 40) * 3] ?? 0) % 16).toBe(8)
})

test('without a face model the whole picture is coarse, since nobody can say where the faces are', async () => {
  const jpeg = await drawnJpeg({ widthPx: 640, heightPx: 360, noise: 20 })
  const redacted = await redactPicture(jpeg, null)
  expect(redacted).toMatchObject({ whole: true, faces: 0, widthPx: 640, heightPx: 360 })
  expect(await edges(redacted.jpeg)).toBeLessThan((await edges(jpeg)) / 4)
})

test('labels are escaped: a name from outside cannot become markup in a picture', () => {
  const label = `<script>&"'\u0000</script>`
  const svg = overlaySvg(
    { boxes: [{ boxPx: [1, 2, 30, 40], label, subject: true }], zones: [] },
    100,
    100,
  )
  expect(svg).not.toContain('<script>')
  expect(svg).not.toContain('\u0000')
})

test('subject and zone are drawn in the colours of the look', async () => {
  const jpeg = await drawnJpeg({ widthPx: 640, heightPx: 360 })
  const redacted = await redactPicture(jpeg, null, {
    overlay: {
      boxes: [{ boxPx: [200, 100, 200, 150], label: 'car 0.87', subject: true }],
      zones: [
        {
          polygon: [
            [0.1, 0.6],
            [0.9, 0.6],
            [0.9, 0.95],
            [0.1, 0.95],
          ],
        },
      ],
    },
    quality: 95,
  })
  const { data } = await decodeJpeg(redacted.jpeg)
  const at = (x: number, y: number): number[] => [
    ...data.subarray((y * 640 + x) * 3, (y * 640 + x) * 3 + 3),
  ]
  const [red = 0, green = 0, blue = 255] = at(300, 250)
  expect(red - blue).toBeGreaterThan(90)
  expect(green).toBeGreaterThan(120)
  const plain = await decodeJpeg((await redactPicture(jpeg, null)).jpeg)
  const inZone = (500 + 300 * 640) * 3
  expect((data[inZone] ?? 0) - (data[inZone + 2] ?? 0)).toBeGreaterThan(
    (plain.data[inZone] ?? 0) - (plain.data[inZone + 2] ?? 0),
  )
})

describe.runIf(needs('shared-media') && needs('shared-models'))('real faces', () => {
  test.each([
    ['faces/obama_1.jpg', 1],
    ['groups/compreface_016_8.jpg', 8],
    ['groups/solvay1927.jpg', 29],
  ] as const)('%s: no face of %i is left to be found afterwards', async (file, count) => {
    const detector = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
    try {
      const jpeg = mediaFile(file)
      const before = await decodeJpeg(jpeg)
      const redacted = await redactPicture(jpeg, detector)
      expect(redacted.faces).toBeGreaterThanOrEqual(count)
      expect([redacted.widthPx, redacted.heightPx]).toEqual([before.widthPx, before.heightPx])
      const after = await decodeJpeg(redacted.jpeg)
      const left = await detector.detect(after, { scoreMin: 0.7, longSideMaxPx: 1280 })
      expect(left).toEqual([])
    } finally {
      await detector.dispose()
    }
  })
})

describe.runIf(needs('shared-media') && needs('shared-models'))('photos taken by hand', () => {
  test.each([
    ['lying on its side', 90],
    ['upside down', 180],
  ] as const)('a face that fills the picture, %s, is not left to be found', async (_name, turn) => {
    const detector = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
    try {
      const photo = await sharp(mediaFile('faces/obama_1.jpg'))
        .rotate(turn)
        .resize({ width: 3_000, height: 3_000, fit: 'inside' })
        .jpeg()
        .withExif({ IFD0: { Artist: 'somebody' }, IFD3: { GPSLatitudeRef: 'N' } })
        .toBuffer()
      expect((await sharp(photo).metadata()).exif).toBeDefined()
      const redacted = await redactPicture(photo, detector, { photo: true })
      expect(redacted.faces).toBeGreaterThan(0)
      const { width, height, exif, orientation } = await sharp(redacted.jpeg).metadata()
      expect([width, height]).toEqual([redacted.widthPx, redacted.heightPx])
      expect(Math.max(redacted.widthPx, redacted.heightPx)).toBe(1920)
      expect([exif, orientation]).toEqual([undefined, undefined])
      const upright = await sharp(redacted.jpeg).rotate(-turn).jpeg().toBuffer()
      const left = await detector.detect(await decodeJpeg(upright), {
        scoreMin: 0.7,
        longSideMaxPx: 640,
      })
      expect(left).toEqual([])
    } finally {
      await detector.dispose()
    }
  })
})

test.each([90, 180, 270] as const)(
  'a box of the picture turned by %i lies where it lay',
  (turn) => {
    const [widthPx, heightPx] = [100, 60]
    const [x, y] = [10, 20]
    // Where the turned picture has the pixels of a box of 30 x 8 at 10, 20.
    const there = {
      90: [heightPx - y - 8, x, 8, 30],
      180: [widthPx - x - 30, heightPx - y - 8, 30, 8],
      270: [y, widthPx - x - 30, 8, 30],
    } as const
    expect(turnedBack(there[turn], turn, { widthPx, heightPx })).toEqual([x, y, 30, 8])
  },
)

test('plates that were asked for without a model are named unknown, and the picture is not spoilt for it', async () => {
  const jpeg = await drawnJpeg({ widthPx: 320, heightPx: 180 })
  expect(await redactPicture(jpeg, null)).toMatchObject({ plates: 0, platesUnknown: false })
  const asked = await redactPicture(jpeg, null, { plates: null })
  expect(asked).toMatchObject({ plates: 0, platesUnknown: true })
})

test('control C4: what lies under a privacy mask is filled before anything else sees the picture', async () => {
  const jpeg = await drawnJpeg({ widthPx: 640, heightPx: 360, noise: 40 })
  const masks = [
    [
      [0.25, 0.25],
      [0.75, 0.25],
      [0.75, 0.75],
      [0.25, 0.75],
    ],
  ] as [number, number][][]
  const redacted = await redactPicture(jpeg, null, { masks, quality: 95 })
  const { data } = await decodeJpeg(redacted.jpeg)
  for (const [x, y] of [
    [190, 110],
    [320, 180],
    [450, 250],
  ] as const) {
    const at = (y * 640 + x) * 3
    for (let c = 0; c < 3; c += 1) expect(Math.abs((data[at + c] ?? 0) - 114)).toBeLessThan(12)
  }
})

describe.runIf(needs('shared-media') && needs('shared-models'))('real plates', () => {
  test.each([
    'plates/ccpd_01.jpg',
    'plates/ccpd_05.jpg',
    'plates/ccpd_12.jpg',
    'plates/green_suED51712.jpg',
    'plates/hyperlpr3_sample2.jpg',
  ])('%s: no plate can be found or read afterwards', async (file) => {
    const faces = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
    const plates = await createPlateDetector(modelFile('plate_det_hyperlpr_y5fu_640.onnx'))
    const reader = await openReader()
    try {
      const jpeg = mediaFile(file)
      const before = await plates.detect(await decodeJpeg(jpeg))
      expect(before.length).toBeGreaterThan(0)
      const redacted = await redactPicture(jpeg, faces, { plates })
      expect(redacted.plates).toBeGreaterThanOrEqual(before.length)
      expect(redacted).toMatchObject({ platesUnknown: false, whole: false })
      const after = await decodeJpeg(redacted.jpeg)
      expect(await plates.detect(after)).toEqual([])
      // Also where one knows the place, nothing of it is left to be read.
      for (const box of before) {
        const { text, reads } = await reader.read(after, box)
        expect(text).toBeNull()
        for (const read of reads) expect(read.text.length < 7 || read.confidence < 0.5).toBe(true)
      }
    } finally {
      await faces.dispose()
      await plates.dispose()
      await reader.dispose()
    }
  })
})
