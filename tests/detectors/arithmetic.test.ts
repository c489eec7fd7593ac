import { expect, test } from 'vitest'
import type { RgbImage } from '../../detectors/image.ts'
import { fitInside, packBgr } from '../../detectors/letterbox.ts'
import { changedShare, lumaSample } from '../../detectors/luma-sample.ts'
import { suppress } from '../../detectors/nms.ts'
import { decodeYolox } from '../../detectors/yolox-decode.ts'
import { decodeYunet, yunetOutputs } from '../../detectors/yunet-decode.ts'
import { decodeJpeg } from '../../detectors/decode.ts'
import { createSerial } from '../../detectors/serial.ts'
import { drawnJpeg } from './support.ts'

const ramp = (widthPx: number, heightPx: number): RgbImage => ({
  widthPx,
  heightPx,
  data: Uint8Array.from(
    { length: widthPx * heightPx * 3 },
    (_, i) => (Math.floor(i / 3) % widthPx) * 10 + (i % 3),
  ),
})

const sample = async (seed: number, noise: number, quality: number): Promise<Uint8Array> => {
  const jpeg = await drawnJpeg({ widthPx: 1280, heightPx: 720, noise, seed, quality })
  return lumaSample(await decodeJpeg(jpeg, 640))
}

test('a picture lies at top left of the tensor as B, G, R planes, the rest is filling', () => {
  const image = ramp(4, 2)
  const tensor = new Float32Array(3 * 6 * 4)
  packBgr(image, fitInside(image, 4, 2), tensor, 6, 4, 114)
  expect([...tensor.subarray(0, 6)]).toEqual([2, 12, 22, 32, 114, 114])
  expect([...tensor.subarray(12, 24)]).toEqual(Array.from({ length: 12 }, () => 114))
  expect(tensor[24]).toBe(1)
  expect(tensor[48]).toBe(0)
})

test('resampling keeps a ramp a ramp: boxes are not shifted by half a pixel', () => {
  const image = ramp(8, 8)
  const tensor = new Float32Array(3 * 4 * 4)
  packBgr(image, { widthPx: 4, heightPx: 4, scale: 0.5 }, tensor, 4, 4, 0)
  // Pixel centres 0.5, 2.5, 4.5, 6.5 of the source; red is plane 2.
  expect([...tensor.subarray(32, 36)]).toEqual([5, 25, 45, 65])
})

test('a tensor is overwritten wholly by the next picture: nothing of one camera shows in another', () => {
  const tensor = new Float32Array(3 * 32 * 32).fill(255)
  const image = ramp(10, 5)
  packBgr(image, fitInside(image, 32, 32), tensor, 32, 32, 0)
  expect([...tensor.subarray(16 * 32, 32 * 32)].every((value) => value === 0)).toBe(true)
})

test('suppression keeps the best of overlapping boxes and all that stand apart', () => {
  const kept = suppress(
    [
      { score: 0.6, box: [0, 0, 10, 10] },
      { score: 0.9, box: [1, 0, 10, 10] },
      { score: 0.5, box: [30, 0, 10, 10] },
    ],
    0.45,
  )
  expect(kept.map((found) => found.score)).toEqual([0.9, 0.5])
})

test('YOLOX rows: offsets in strides, sizes as exponents, objectness times class', () => {
  const rows = (8 * 8 + 4 * 4 + 2 * 2) * 85
  const output = new Float32Array(rows)
  const at = (8 * 8 + 5) * 85
  output.set([0.5, 0.25, Math.log(2), Math.log(3), 0.8], at)
  output[at + 5 + 2] = 0.9
  const [car, ...others] = decodeYolox(output, 64, 0.5)
  expect(others).toEqual([])
  expect(car?.classId).toBe(2)
  expect(car?.score).toBeCloseTo(0.72)
  // Row 1, column 1 of stride 16: centre (1.5, 1.25) * 16, size 32 x 48.
  expect(car?.box.map((value) => Math.round(value))).toEqual([8, -4, 32, 48])
})

test('YuNet anchors: score is the root of class times object, both clamped', () => {
  const output = Object.fromEntries(
    yunetOutputs.map((name) => {
      const [head = '', stride = '8'] = name.split('_')
      const anchors = (64 / Number(stride)) * (32 / Number(stride))
      return [name, new Float32Array(anchors * ({ bbox: 4, kps: 10 }[head] ?? 1))]
    }),
  )
  ;(output['cls_16'] as Float32Array)[5] = 0.81
  ;(output['obj_16'] as Float32Array)[5] = 1.4
  ;(output['kps_16'] as Float32Array).fill(0.5)
  const [face, ...others] = decodeYunet(output, 64, 32, 0.5)
  expect(others).toEqual([])
  expect(face?.score).toBeCloseTo(0.9)
  expect(face?.box).toEqual([8, 8, 16, 16])
  expect(face?.landmarks.slice(0, 2)).toEqual([24, 24])
})

test('calls of a detector take turns, also after one has failed', async () => {
  const serial = createSerial()
  const seen: string[] = []
  const slow = serial(async () => {
    seen.push('begin')
    await new Promise((resolve) => setTimeout(resolve, 20))
    seen.push('end')
    throw new Error('broken')
  })
  const next = serial(async () => seen.push('next'))
  await expect(slow).rejects.toThrow('broken')
  await next
  expect(seen).toEqual(['begin', 'end', 'next'])
})

test('sensor noise changes many sampled pixels of a still scene, the same picture none', async () => {
  expect(changedShare(await sample(1, 0, 80), await sample(1, 0, 80))).toBe(0)
  // Weak noise, strong compression: the hardest quiet scene that still is one.
  expect(changedShare(await sample(1, 2, 60), await sample(2, 2, 60))).toBeGreaterThan(0.02)
})
