import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alignFace } from '../../detectors/align-face.ts'
import { decodeJpeg, tuneDecoder } from '../../detectors/decode.ts'
import { createFaceDetector, type Face, type FaceDetector } from '../../detectors/face-detector.ts'
import { createFaceEmbedder, type FaceEmbedder, similarity } from '../../detectors/face-embedder.ts'
import { enrolmentLimits, faceQuality } from '../../detectors/face-quality.ts'
import { type DecodedImage, iou } from '../../detectors/image.ts'
import { createLiveness, type Liveness } from '../../detectors/liveness.ts'
import type { ObjectDetector } from '../../detectors/object-detector.ts'
import { createPicoDetector } from '../../detectors/picodet.ts'
import { needs } from '../support/needs.ts'
import { mediaFile, type MediaItem, mediaItems, modelFile } from './support.ts'

const here = needs('shared-media') && needs('shared-models')

interface Portrait extends MediaItem {
  readonly groundTruth: MediaItem['groundTruth'] & {
    readonly mainIdentity?: string
    readonly identities?: readonly string[]
  }
  readonly measured: { readonly faceBox: Face['boxPx']; readonly livenessMean: number }
}
const portraits = () =>
  mediaItems().filter((item): item is Portrait => item.measured?.faceBox !== undefined)

let detector: FaceDetector
let embedder: FaceEmbedder
let liveness: Liveness
let objects: ObjectDetector

/** The face that lies where the recorded one lies. */
async function lookAt(jpeg: Uint8Array, golden?: Face['boxPx'], longSideMaxPx?: number) {
  const image = await decodeJpeg(jpeg, longSideMaxPx)
  const faces = await detector.detect(image, { scoreMin: 0.6 })
  const near = (face: Face): number =>
    golden === undefined ? face.boxPx[2] * face.boxPx[3] : iou(face.boxPx, golden)
  const face = faces.toSorted((a, b) => near(b) - near(a))[0]
  return face === undefined ? null : { image, face }
}
const portraitOf = async (item: Portrait): Promise<{ image: DecodedImage; face: Face }> => {
  const seen = await lookAt(mediaFile(item.file), item.measured.faceBox)
  if (seen === null) throw new Error(`no face in ${item.file}`)
  return seen
}

describe.runIf(here)('faces: embedding, quality, liveness on golden pictures', () => {
  beforeAll(async () => {
    tuneDecoder()
    detector = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
    embedder = await createFaceEmbedder(modelFile('face_rec_mobilefacenet_128.onnx'))
    liveness = await createLiveness({
      v2: modelFile('face_liveness_minifasnet_v2_2.7.onnx'),
      v1se: modelFile('face_liveness_minifasnet_v1se_4.0.onnx'),
    })
    objects = await createPicoDetector(modelFile('object_det_picodet_s_416.onnx'))
  })
  afterAll(async () => {
    await Promise.all([detector, embedder, liveness, objects].map((one) => one.dispose()))
  })

  test('two pictures of one person are more alike than any two of different people; mirroring brings them nearer', async () => {
    const people = portraits().filter(({ file }) => file.startsWith('faces'))
    const known = []
    for (const item of people) {
      const { image, face } = await portraitOf(item)
      known.push({
        who: item.groundTruth.mainIdentity ?? item.groundTruth.identities?.[0],
        plain: await embedder.embed(image, face.landmarksPx),
        flipped: await embedder.embed(image, face.landmarksPx, { flip: true }),
      })
    }
    const scores = { same: [] as number[], sameFlipped: [] as number[], other: [] as number[] }
    for (const [i, a] of known.entries())
      for (const b of known.slice(i + 1)) {
        if (a.who === b.who) scores.same.push(similarity(a.plain, b.plain))
        if (a.who === b.who) scores.sameFlipped.push(similarity(a.flipped, b.flipped))
        else scores.other.push(similarity(a.plain, b.plain))
      }
    expect([scores.same.length, scores.other.length]).toEqual([77, 2134])
    // Model card: at 0.32 one false match in a thousand, at 0.35 none of 3,000.
    expect(scores.other.filter((score) => score >= 0.32)).toEqual([])
    expect(scores.same.filter((score) => score < 0.32).length).toBeLessThanOrEqual(3)
    expect(median(scores.same)).toBeGreaterThan(0.65)
    expect(median(scores.sameFlipped)).toBeGreaterThan(median(scores.same))
    expect(Math.hypot(...(known[0]?.flipped ?? []))).toBeCloseTo(1, 5)
  })

  test('a picture decoded at half its size gives the same embedding: landmarks are in original pixels', async () => {
    const item = portraits().find(({ file }) => file === 'faces/obama_1.jpg') as Portrait
    const { image, face } = await portraitOf(item)
    const half = await decodeJpeg(mediaFile(item.file), 568)
    expect(half.widthPx).toBeLessThan(image.widthPx)
    const [a, b] = await Promise.all([
      embedder.embed(image, face.landmarksPx),
      embedder.embed(half, face.landmarksPx),
    ])
    expect(similarity(a, b)).toBeGreaterThan(0.97)
  })

  test('spoofs are refused and the live picture passes, with the figures of the model card (EXIF rotation applied)', async () => {
    for (const [file, score] of [
      ['spoof/image_F1.jpg', 0.13],
      ['spoof/image_F2.jpg', 0],
      ['spoof/image_T1.jpg', 1],
    ] as const) {
      const item = portraits().find((one) => one.file === file) as Portrait
      const { image, face } = await portraitOf(item)
      expect([item.width, item.height, image.widthPx, image.heightPx]).toEqual([640, 480, 480, 640])
      expect(await liveness.score(image, face.boxPx), file).toBeCloseTo(score, 2)
    }
  })

  test('liveness of all portraits is what was recorded, since the crop is limited and shifted as upstream does', async () => {
    const errors = []
    for (const item of portraits()) {
      const { image, face } = await portraitOf(item)
      errors.push(Math.abs((await liveness.score(image, face.boxPx)) - item.measured.livenessMean))
    }
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.01)
    expect(Math.max(...errors)).toBeLessThan(0.15)
  })

  test('every usable portrait passes the limits of a door; most pass those of enrolment', async () => {
    let enrolled = 0
    for (const item of portraits()) {
      const { image, face } = await portraitOf(item)
      expect(faceQuality(image, face).faults, item.file).toEqual([])
      if (faceQuality(image, face, enrolmentLimits).faults.length === 0) enrolled += 1
    }
    expect(portraits()).toHaveLength(70)
    expect(enrolled).toBeGreaterThanOrEqual(55)
  })

  test.each(['faces_lfw/Hans_Blix_0001.jpg', 'faces/obama_1.jpg', 'faces/astronaut_collins.jpg'])(
    '%s, spoiled, is refused with the reason',
    async (file) => {
      const item = portraits().find((one) => one.file === file) as Portrait
      const facePx = item.measured.faceBox[2]
      const faultsOf = async (change: (source: Sharp) => Sharp) => {
        const jpeg = await change(sharp(mediaFile(file)))
          .jpeg({ quality: 92 })
          .toBuffer()
        const seen = await lookAt(jpeg)
        return seen === null ? ['no face'] : faceQuality(seen.image, seen.face).faults
      }
      expect(await faultsOf((source) => source.blur(0.05 * facePx))).toContain('blurred')
      const tinyPx = Math.round((item.width * 28) / facePx)
      expect(await faultsOf((source) => source.resize(tinyPx))).toContain('too-small')
      const dark = await faultsOf((source) => source.linear(0.15, 0))
      expect(dark).toEqual(expect.arrayContaining(['too-dark', 'low-contrast']))
      expect(await faultsOf((source) => source.linear(0.2, 100))).toContain('low-contrast')
      expect(await faultsOf((source) => source.linear(1, 140))).toContain('too-bright')
    },
  )

  test('the larger object detector finds the same big things with tight boxes', async () => {
    for (const [file, label] of [
      ['vehicles/coco_000000000471.jpg', 'bus'],
      ['vehicles/coco_000000000532.jpg', 'bus'],
      ['people/coco_000000000110.jpg', 'person'],
    ] as const) {
      const item = mediaItems().find((one) => one.file === file) as MediaItem
      const image = await decodeJpeg(mediaFile(file), 640)
      const found = (await objects.detect(image)).find((object) => object.label === label)
      const overlaps = (item.groundTruth.boxes ?? []).map(({ cx, cy, w, h }) =>
        iou(found?.boxPx ?? [0, 0, 0, 0], [
          (cx - w / 2) * item.width,
          (cy - h / 2) * item.height,
          w * item.width,
          h * item.height,
        ]),
      )
      expect(Math.max(...overlaps), file).toBeGreaterThan(0.85)
    }
  })
})

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const template = [
  38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041,
]

function gradient(widthPx: number, heightPx: number, originalFactor = 1): DecodedImage {
  const data = new Uint8Array(widthPx * heightPx * 3)
  for (let i = 0; i < widthPx * heightPx; i += 1) {
    data[i * 3] = i % widthPx
    data[i * 3 + 1] = Math.floor(i / widthPx)
  }
  return {
    data,
    widthPx,
    heightPx,
    originalWidthPx: widthPx * originalFactor,
    originalHeightPx: heightPx * originalFactor,
  }
}
const pixelOf = ({ data, widthPx }: { data: Uint8Array; widthPx: number }, x: number, y: number) =>
  [data[(y * widthPx + x) * 3], data[(y * widthPx + x) * 3 + 1]] as const

describe('alignment by landmarks', () => {
  test('landmarks on the template leave the picture as it is', () => {
    const aligned = alignFace(gradient(112, 112), template)
    for (const [x, y] of [
      [0, 0],
      [56, 71],
      [111, 111],
    ] as const)
      expect(pixelOf(aligned, x, y)).toEqual([x, y])
  })

  test('a shifted face is moved back, a quarter turn is turned back, half a decode is scaled', () => {
    const moved = alignFace(
      gradient(200, 200),
      template.map((at, i) => at + (i % 2 === 0 ? 30 : 50)),
    )
    expect(pixelOf(moved, 10, 20)).toEqual([40, 70])
    const turned = template.flatMap((x, i) =>
      i % 2 === 0 ? [150 - (template[i + 1] ?? 0), x] : [],
    )
    expect(pixelOf(alignFace(gradient(200, 200), turned), 10, 20)).toEqual([130, 10])
    const halved = alignFace(
      gradient(200, 200, 2),
      template.map((at) => at * 2),
    )
    expect(pixelOf(halved, 10, 20)).toEqual([10, 20])
  })

  test('what lies outside the picture is black', () => {
    const aligned = alignFace(
      gradient(200, 200),
      template.map((at) => at - 40),
    )
    expect(pixelOf(aligned, 5, 5)).toEqual([0, 0])
    expect(pixelOf(aligned, 100, 90)).toEqual([60, 50])
  })

  test.each([
    [Array.from({ length: 10 }, () => 5)],
    [[]],
    [Array.from({ length: 10 }, () => Number.NaN)],
  ])('landmarks that span no face are refused: %j', (landmarks) => {
    expect(() => alignFace(gradient(112, 112), landmarks)).toThrow(/landmarks/)
  })

  test('head pose is read from the landmarks: turned aside, tilted, looking down', () => {
    const noseTo = (x: number, y: number) =>
      faceQuality(gradient(112, 112), {
        boxPx: [20, 20, 72, 90],
        landmarksPx: template.map((at, i) => (i === 4 ? x : i === 5 ? y : at)),
      })
    const straight = noseTo(56, 71.7)
    expect(straight.yaw).toBeCloseTo(0, 1)
    expect(straight.pitch).toBeCloseTo(0.5, 1)
    const aside = noseTo(73, 71.7)
    expect(aside.yaw).toBeGreaterThan(0.42)
    expect(aside.faults).toContain('turned-aside')
    expect(noseTo(56, 86).faults).toContain('tilted')
    // Eyes in one point give no pose: that is no reason to let the face through.
    const oneEye = faceQuality(gradient(112, 112), {
      boxPx: [20, 20, 72, 90],
      landmarksPx: template.with(2, template[0] ?? 0).with(3, template[1] ?? 0),
    })
    expect(oneEye.faults).toEqual(expect.arrayContaining(['turned-aside', 'tilted']))
    const outside = faceQuality(gradient(112, 112), {
      boxPx: [20, 20, 72, 90],
      landmarksPx: template.map((at) => at - 39),
    })
    expect(outside.faults).toContain('cut-off')
  })
})
