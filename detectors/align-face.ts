import { CodedError } from '../contracts/errors.ts'
import type { DecodedImage, RgbImage } from './image.ts'

/** Where the five landmarks lie in an aligned face of 112 px (ArcFace template, model card). */
const template = [
  38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041,
]
export const alignedFacePx = 112

/** Aligned pixel (x, y) comes from picture pixel (a x - b y + shiftX, b x + a y + shiftY). */
interface Similarity {
  readonly a: number
  readonly b: number
  readonly shiftX: number
  readonly shiftY: number
}

/**
 * The face turned, scaled and moved so that its five landmarks lie on the ArcFace template: a square of
 * `sizePx`. `landmarksPx` are x, y in pixels of the original picture, as a face detector reports them.
 * What lies outside the picture is black. A face much larger than the result is averaged, not skipped over.
 *
 * Source: similarity transform by least squares, Umeyama 1991, doi:10.1109/34.88573 (without reflection).
 * @throws CodedError `face.not-usable` where the landmarks fall together or are not numbers
 */
export function alignFace(
  image: DecodedImage,
  landmarksPx: readonly number[],
  sizePx = alignedFacePx,
): RgbImage {
  const toPicture = image.widthPx / image.originalWidthPx
  const back = invert(fitSimilarity(landmarksPx, toPicture, sizePx / alignedFacePx))
  const steps = Math.max(1, Math.min(8, Math.round(Math.hypot(back.a, back.b))))
  const data = new Uint8Array(sizePx * sizePx * 3)
  const sum = new Float64Array(3)
  for (let y = 0; y < sizePx; y += 1) {
    for (let x = 0; x < sizePx; x += 1) {
      sum.fill(0)
      for (let i = 0; i < steps * steps; i += 1) {
        const atX = x + ((i % steps) + 0.5) / steps - 0.5
        const atY = y + (Math.floor(i / steps) + 0.5) / steps - 0.5
        addSample(
          image,
          back.a * atX - back.b * atY + back.shiftX,
          back.b * atX + back.a * atY + back.shiftY,
          sum,
        )
      }
      const to = (y * sizePx + x) * 3
      for (let c = 0; c < 3; c += 1) data[to + c] = Math.round((sum[c] as number) / (steps * steps))
    }
  }
  return { data, widthPx: sizePx, heightPx: sizePx }
}

/** Landmarks (times `toPicture`) onto the template (times `toSize`), least squares. */
function fitSimilarity(
  landmarksPx: readonly number[],
  toPicture: number,
  toSize: number,
): Similarity {
  const mean = [0, 0, 0, 0] as [number, number, number, number]
  const points = [0, 2, 4, 6, 8].map((i) => {
    const x = (landmarksPx[i] ?? Number.NaN) * toPicture
    const y = (landmarksPx[i + 1] ?? Number.NaN) * toPicture
    const u = (template[i] as number) * toSize
    const v = (template[i + 1] as number) * toSize
    mean[0] += x / 5
    mean[1] += y / 5
    mean[2] += u / 5
    mean[3] += v / 5
    return { x, y, u, v }
  })
  let dot = 0
  let cross = 0
  let spread = 0
  for (const point of points) {
    const x = point.x - mean[0]
    const y = point.y - mean[1]
    const u = point.u - mean[2]
    const v = point.v - mean[3]
    dot += x * u + y * v
    cross += x * v - y * u
    spread += x * x + y * y
  }
  const a = dot / spread
  const b = cross / spread
  if (!(spread > 1) || !(a * a + b * b > 1e-12))
    throw new CodedError('face.not-usable', 'the five landmarks do not span a face')
  return {
    a,
    b,
    shiftX: mean[2] - a * mean[0] + b * mean[1],
    shiftY: mean[3] - b * mean[0] - a * mean[1],
  }
}

function invert({ a, b, shiftX, shiftY }: Similarity): Similarity {
  const norm = a * a + b * b
  const backA = a / norm
  const backB = -b / norm
  return {
    a: backA,
    b: backB,
    shiftX: backB * shiftY - backA * shiftX,
    shiftY: -backB * shiftX - backA * shiftY,
  }
}

/** Bilinear between pixel centres at whole numbers, black outside (as OpenCV's warpAffine). */
function addSample(image: RgbImage, x: number, y: number, sum: Float64Array): void {
  const left = Math.floor(x)
  const top = Math.floor(y)
  for (let i = 0; i < 4; i += 1) {
    const atX = left + (i & 1)
    const atY = top + (i >> 1)
    if (atX < 0 || atY < 0 || atX >= image.widthPx || atY >= image.heightPx) continue
    const weight = (1 - Math.abs(x - atX)) * (1 - Math.abs(y - atY))
    const from = (atY * image.widthPx + atX) * 3
    sum[0] = (sum[0] as number) + weight * (image.data[from] as number)
    sum[1] = (sum[1] as number) + weight * (image.data[from + 1] as number)
    sum[2] = (sum[2] as number) + weight * (image.data[from + 2] as number)
  }
}
