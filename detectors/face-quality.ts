import type { FaceFault, FaceQuality } from '../contracts/detections.ts'
import { alignFace } from './align-face.ts'
import type { Face } from './face-detector.ts'
import type { DecodedImage, RgbImage } from './image.ts'

export interface FaceLimits {
  /** Shorter side of the face box, in pixels of the original picture. */
  readonly facePxMin: number
  /** Least distance of the box from the picture's edge, in sides of the box; negative: it may stand out so far. */
  readonly edgeMarginMin: number
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

/**
 * For doors. Measured on the 70 faces of the held portraits and spoof pictures, which all pass (least: 51 px,
 * sharpness 22, luma 57, contrast 33; most: yaw 0.34, roll 14 degrees), and on spoiled copies of eight of
 * them, by the likeness of the copy to the original: blurred by 3 % of the face's width 0.42 to 0.83
 * (sharpness 3 to 12), 20 px wide 0.23 to 0.68, brightness x 0.15 0.45 to 0.85 (luma 8 to 21, contrast
 * 6 to 10), + 140 0.27 to 0.89 (luma mostly above 225), contrast x 0.2 0.24 to 0.85 (contrast 8 to 14).
 * Weak: of faces turned by 45 degrees in their plane five of eight are caught, of faces that the picture
 * cuts at a third of their width four of eight, since the detector guesses the landmarks that it does not see.
 */
export const defaultFaceLimits: FaceLimits = {
  facePxMin: 40,
  edgeMarginMin: -0.03,
  sharpnessMin: 15,
  yawMax: 0.42,
  pitchMin: 0.35,
  pitchMax: 0.75,
  rollDegMax: 20,
  lumaMin: 30,
  lumaMax: 225,
  contrastMin: 15,
}

/** For enrolment, which can be repeated at leisure: 57 of those 70 faces pass. */
export const enrolmentLimits: FaceLimits = {
  facePxMin: 80,
  edgeMarginMin: 0.02,
  sharpnessMin: 40,
  yawMax: 0.25,
  pitchMin: 0.42,
  pitchMax: 0.7,
  rollDegMax: 15,
  lumaMin: 50,
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
  return { faults: faultsOf(measured, edgeMargin(image, face), limits), ...measured }
}

type Measured = Omit<FaceQuality, 'faults'>

function faultsOf(face: Measured, margin: number, limits: FaceLimits): FaceFault[] {
  const upright = face.pitch >= limits.pitchMin && face.pitch <= limits.pitchMax
  // Asked this way round, because landmarks that fall together give no number: that is a fault too.
  const tests: readonly (readonly [FaceFault, boolean])[] = [
    ['too-small', !(face.facePx >= limits.facePxMin)],
    ['cut-off', !(margin >= limits.edgeMarginMin)],
    ['blurred', !(face.sharpness >= limits.sharpnessMin)],
    ['turned-aside', !(Math.abs(face.yaw) <= limits.yawMax)],
    ['tilted', !(upright && Math.abs(face.rollDeg) <= limits.rollDegMax)],
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

/**
 * Least distance of the box from the picture's edges, in sides of the box. The detector keeps its box
 * inside where a face is cut, but not its landmarks: one outside counts as a whole side.
 */
function edgeMargin(image: DecodedImage, face: Pick<Face, 'boxPx' | 'landmarksPx'>): number {
  const [left, top, widthPx, heightPx] = face.boxPx
  const { originalWidthPx, originalHeightPx } = image
  const outside = face.landmarksPx.some(
    (at, i) => at < 0 || at >= (i % 2 === 0 ? originalWidthPx : originalHeightPx),
  )
  if (outside) return -1
  return Math.min(
    left / widthPx,
    top / heightPx,
    (originalWidthPx - left - widthPx) / widthPx,
    (originalHeightPx - top - heightPx) / heightPx,
  )
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
