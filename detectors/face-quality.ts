import type { FaceFault, FaceQuality } from '../contracts/detections.ts'
import { alignFace } from './align-face.ts'
import type { Face } from './face-detector.ts'
import type { DecodedImage, RgbImage } from './image.ts'

export interface FaceLimits {
  /** Shorter side of the face box, in pixels of the original picture. */
  readonly facePxMin: number
  /** Part of the box's area that may lie outside the picture, 0..1. */
  readonly outsideMax: number
  /** Variance of the Laplacian of the aligned face. */
  readonly sharpnessMin: number
  /** Distances between the eyes. */
  readonly yawMax: number
  readonly pitchMin: number
  readonly pitchMax: number
  readonly rollDegMax: number
  /** Mean brightness, 0..255. */
  readonly lumaMin: number
  readonly lumaMax: number
  /** Standard deviation of brightness. */
  readonly contrastMin: number
}

export const defaultFaceLimits: FaceLimits = {
  facePxMin: 48,
  outsideMax: 0.05,
  sharpnessMin: 40,
  yawMax: 0.4,
  pitchMin: 0.35,
  pitchMax: 0.75,
  rollDegMax: 30,
  lumaMin: 40,
  lumaMax: 220,
  contrastMin: 18,
}

export const enrolmentLimits: FaceLimits = {
  facePxMin: 80,
  outsideMax: 0,
  sharpnessMin: 80,
  yawMax: 0.25,
  pitchMin: 0.4,
  pitchMax: 0.7,
  rollDegMax: 20,
  lumaMin: 60,
  lumaMax: 200,
  contrastMin: 25,
}

/** What is measured on a face, and what is wrong with it by `limits`; no fault: it may be recognised. */
export function faceQuality(
  image: DecodedImage,
  face: Pick<Face, 'boxPx' | 'landmarksPx'>,
  limits: FaceLimits = defaultFaceLimits,
): FaceQuality {
  const facePx = Math.min(face.boxPx[2], face.boxPx[3])
  const measured = {
    facePx,
    ...poseOf(face.landmarksPx),
    ...lightOf(alignFace(image, face.landmarksPx)),
  }
  const outside = outsidePart(image, face.boxPx)
  return { faults: faultsOf(measured, outside, limits), ...measured }
}

type Measured = Omit<FaceQuality, 'faults'>

function faultsOf(face: Measured, outside: number, limits: FaceLimits): FaceFault[] {
  const tests: readonly (readonly [FaceFault, boolean])[] = [
    ['too-small', face.facePx < limits.facePxMin],
    ['cut-off', outside > limits.outsideMax],
    ['blurred', face.sharpness < limits.sharpnessMin],
    ['turned-aside', Math.abs(face.yaw) > limits.yawMax],
    [
      'tilted',
      face.pitch < limits.pitchMin ||
        face.pitch > limits.pitchMax ||
        Math.abs(face.rollDeg) > limits.rollDegMax,
    ],
    ['too-dark', face.luma < limits.lumaMin],
    ['too-bright', face.luma > limits.lumaMax],
    ['low-contrast', face.contrast < limits.contrastMin],
  ]
  return tests.flatMap(([fault, wrong]) => (wrong ? [fault] : []))
}

/** Turn of the head from the five landmarks, in the coordinates of the eye line. */
function poseOf(landmarksPx: readonly number[]): Pick<FaceQuality, 'yaw' | 'pitch' | 'rollDeg'> {
  const at = (i: number): number => landmarksPx[i] ?? Number.NaN
  const acrossX = at(2) - at(0)
  const acrossY = at(3) - at(1)
  const eyes = Math.hypot(acrossX, acrossY)
  const unitX = acrossX / eyes
  const unitY = acrossY / eyes
  const middleX = (at(0) + at(2)) / 2
  const middleY = (at(1) + at(3)) / 2
  const below = (x: number, y: number): number => (y - middleY) * unitX - (x - middleX) * unitY
  const yaw = ((at(4) - middleX) * unitX + (at(5) - middleY) * unitY) / eyes
  const mouth = below((at(6) + at(8)) / 2, (at(7) + at(9)) / 2)
  return {
    yaw,
    pitch: below(at(4), at(5)) / mouth,
    rollDeg: (Math.atan2(acrossY, acrossX) * 180) / Math.PI,
  }
}

/** Part of the box's area that the picture does not show. */
function outsidePart(image: DecodedImage, [left, top, widthPx, heightPx]: Face['boxPx']): number {
  const seenX = Math.min(image.originalWidthPx, left + widthPx) - Math.max(0, left)
  const seenY = Math.min(image.originalHeightPx, top + heightPx) - Math.max(0, top)
  return 1 - (Math.max(0, seenX) * Math.max(0, seenY)) / (widthPx * heightPx)
}

/** Brightness (BT.601), its deviation, and the variance of its 4-neighbour Laplacian. */
function lightOf(face: RgbImage): Pick<FaceQuality, 'luma' | 'contrast' | 'sharpness'> {
  const { data, widthPx, heightPx } = face
  const luma = new Float32Array(widthPx * heightPx)
  for (let i = 0; i < luma.length; i += 1)
    luma[i] =
      0.299 * (data[i * 3] as number) +
      0.587 * (data[i * 3 + 1] as number) +
      0.114 * (data[i * 3 + 2] as number)
  const laplacian: number[] = []
  for (let y = 1; y < heightPx - 1; y += 1) {
    for (let x = 1; x < widthPx - 1; x += 1) {
      const i = y * widthPx + x
      laplacian.push(
        (luma[i - 1] as number) +
          (luma[i + 1] as number) +
          (luma[i - widthPx] as number) +
          (luma[i + widthPx] as number) -
          4 * (luma[i] as number),
      )
    }
  }
  const light = moments(luma)
  return {
    luma: light.mean,
    contrast: Math.sqrt(light.variance),
    sharpness: moments(laplacian).variance,
  }
}

function moments(values: ArrayLike<number>): { readonly mean: number; readonly variance: number } {
  let sum = 0
  let squares = 0
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number
    sum += value
    squares += value * value
  }
  const mean = sum / values.length
  return { mean, variance: Math.max(0, squares / values.length - mean * mean) }
}
