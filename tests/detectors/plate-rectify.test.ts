import { expect, test } from 'vitest'
import type { DecodedImage } from '../../detectors/image.ts'
import { decodePlates } from '../../detectors/plate-detector.ts'
import { packCentred } from '../../detectors/plate-letterbox.ts'
import { rectifyPlate } from '../../detectors/plate-rectify.ts'

/** Red grows to the right, green downwards; blue tells left from right of the middle. */
function ramp(widthPx: number, heightPx: number, originalWidthPx = widthPx): DecodedImage {
  const data = new Uint8Array(widthPx * heightPx * 3)
  for (let i = 0; i < widthPx * heightPx; i += 1) {
    data[i * 3] = i % widthPx
    data[i * 3 + 1] = Math.floor(i / widthPx)
    data[i * 3 + 2] = i % widthPx < widthPx / 2 ? 0 : 255
  }
  const originalHeightPx = (heightPx * originalWidthPx) / widthPx
  return { data, widthPx, heightPx, originalWidthPx, originalHeightPx }
}
const plain = { widthPx: 20, heightPx: 10, marginX: 0, marginY: 0 }

test('a straight cut keeps the pixels; the margin reaches beyond the corners on each side', () => {
  const image = ramp(200, 100)
  const cut = rectifyPlate(image, [50, 20, 70, 20, 70, 30, 50, 30], plain)
  expect([cut?.data[0], cut?.data[1]]).toEqual([51, 21])
  const wider = rectifyPlate(image, [50, 20, 70, 20, 70, 30, 50, 30], {
    ...plain,
    widthPx: 40,
    marginX: 0.5,
  })
  expect(wider?.data[0]).toBe(41)
  expect(wider?.data[39 * 3]).toBe(80)
})

test('perspective is undone: the four corners come to the four corners and the diagonals cross in the middle', () => {
  const image = ramp(200, 200)
  const corners = [20, 20, 180, 60, 180, 140, 20, 180]
  const size = 101
  const cut = rectifyPlate(image, corners, { ...plain, widthPx: size, heightPx: size })
  const at = (x: number, y: number) =>
    [...(cut?.data.subarray((y * size + x) * 3) ?? [])].slice(0, 2)
  for (const [place, [x, y]] of [
    [at(0, 0), [20, 20]],
    [at(size - 1, 0), [180, 60]],
    [at(size - 1, size - 1), [180, 140]],
    [at(0, size - 1), [20, 180]],
  ] as const) {
    expect(Math.abs((place[0] ?? 0) - x)).toBeLessThanOrEqual(3)
    expect(Math.abs((place[1] ?? 0) - y)).toBeLessThanOrEqual(3)
  }
  // Diagonals (20,20)-(180,140) and (180,60)-(20,180) cross at x = 126.7, y = 100; a mean would say 100.
  const [x = 0, y = 0] = at(50, 50)
  expect(Math.abs(x - 126.7)).toBeLessThanOrEqual(2)
  expect(Math.abs(y - 100)).toBeLessThanOrEqual(2)
})

test('corners are those of the original picture, also where it was decoded smaller', () => {
  const cut = rectifyPlate(ramp(100, 50, 400), [200, 80, 280, 80, 280, 120, 200, 120], plain)
  expect(Math.abs((cut?.data[0] ?? 0) - 50)).toBeLessThanOrEqual(1)
})

test('corners that span nothing, or are no numbers, give nothing', () => {
  const image = ramp(50, 50)
  for (const corners of [
    [],
    [1, 1, 1, 1, 1, 1, 1, 1],
    [0, 0, 9, 0, 18, 0, 27, 0],
    Array(8).fill(NaN),
  ])
    expect(rectifyPlate(image, corners as number[], plain)).toBeNull()
})

test('the letterbox lies in the middle, R G B planes from 0 to 1, pad 114', () => {
  const tensor = new Float32Array(3 * 64 * 64)
  const box = packCentred(ramp(128, 64), tensor, 64)
  expect(box).toEqual({ scaleX: 0.5, scaleY: 0.5, leftPx: 0, topPx: 16 })
  expect(tensor[0]).toBeCloseTo(114 / 255)
  expect(tensor[16 * 64 + 63]).toBeCloseTo(126.5 / 255)
  expect(tensor[2 * 64 * 64 + 16 * 64 + 63]).toBe(1)
})

test('the two axes of the letterbox are scaled by their own whole pixels', () => {
  const box = packCentred(ramp(100, 33), new Float32Array(3 * 64 * 64), 64)
  expect(box).toEqual({ scaleX: 0.64, scaleY: 21 / 33, leftPx: 0, topPx: 21 })
})

test('a row of the detector becomes a box, corners and layers; weak ones are left out', () => {
  const row = [100, 50, 40, 20, 0.9, 80, 40, 120, 40, 120, 60, 80, 60, 0.1, 0.8]
  const weak = row.with(4, 0.45)
  expect(decodePlates(Float32Array.from([...row, ...weak]), 0.4)).toEqual([
    {
      score: expect.closeTo(0.72),
      box: [80, 40, 40, 20],
      corners: [80, 40, 120, 40, 120, 60, 80, 60],
      layers: 2,
    },
  ])
})
