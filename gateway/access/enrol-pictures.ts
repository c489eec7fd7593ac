import { CodedError } from '../../contracts/errors.ts'
import type { FaceQuality } from '../../contracts/detections.ts'
import { enrolmentLimits } from '../../detectors/face-quality.ts'
import type { Analysis, FaceSeen } from '../model/vision.ts'
import { dot, isEmbedding } from './face-vector.ts'

/** Why a picture cannot be enrolled; the quality gate's own words beside these. */
export type PictureFault =
  | FaceQuality['faults'][number]
  | 'no-picture'
  | 'no-face'
  | 'several-faces'

export interface PictureJudged {
  readonly faults: readonly PictureFault[]
  readonly face: FaceSeen | null
}

/** The face that is meant is so much wider than any other: somebody in the background does no harm. */
const dominance = 1.6
/** Pictures of one person: 0 of 3,000 pairs of strangers came so near (MODELS.json). */
const sameFrom = 0.35

/** One picture of an enrolment: exactly one face that counts, good enough to be kept. Pure. */
export function judgePicture(analysis: Analysis): PictureJudged {
  const [face, other] = analysis.faces.toSorted((a, b) => widthPx(b) - widthPx(a))
  if (face === undefined) return { faults: ['no-face'], face: null }
  if (other !== undefined && widthPx(face) < dominance * widthPx(other))
    return { faults: ['several-faces'], face }
  return { faults: enrolmentFaults(face.quality), face }
}

/** What the stricter limits of an enrolment find wrong with what was measured. */
function enrolmentFaults(quality: FaceQuality): FaceQuality['faults'] {
  const limits = enrolmentLimits
  const wrong = new Set(quality.faults)
  if (quality.facePx < limits.facePxMin) wrong.add('too-small')
  if (quality.sharpness < limits.sharpnessMin) wrong.add('blurred')
  if (Math.abs(quality.yaw) > limits.yawMax) wrong.add('turned-aside')
  const { pitch, rollDeg } = quality
  if (pitch < limits.pitchMin || pitch > limits.pitchMax || Math.abs(rollDeg) > limits.rollDegMax)
    wrong.add('tilted')
  if (quality.luma < limits.lumaMin) wrong.add('too-dark')
  if (quality.luma > limits.lumaMax) wrong.add('too-bright')
  if (quality.contrast < limits.contrastMin) wrong.add('low-contrast')
  return [...wrong]
}

/**
 * The embeddings of pictures that can be used.
 *
 * @throws CodedError `face.not-usable` (`extra.reasons`: a list of faults per picture), `face.mismatch`
 * where two show different people, `model.missing` where nothing computes embeddings
 */
export function embeddingsOf(pictures: readonly PictureJudged[]): {
  readonly embeddings: readonly Float32Array[]
  readonly quality: readonly FaceQuality[]
} {
  const reasons = pictures.map(({ faults }) => faults)
  if (reasons.some((faults) => faults.length > 0))
    throw new CodedError('face.not-usable', textOf(reasons), { reasons })
  const faces = pictures.flatMap(({ face }) => face ?? [])
  const embeddings = faces.flatMap(({ embedding }) =>
    embedding !== null && isEmbedding(embedding) ? [embedding] : [],
  )
  if (embeddings.length < pictures.length)
    throw new CodedError('model.missing', 'no embedding: are the weights of recognition there?')
  const apart = pairsApart(embeddings)
  if (apart.length > 0)
    throw new CodedError('face.mismatch', `pictures ${apart.join(', ')} do not agree`, {
      reasons: reasons.map(() => []),
      pictures: apart,
    })
  return { embeddings, quality: faces.map(({ quality }) => quality) }
}

function pairsApart(embeddings: readonly Float32Array[]): string[] {
  return embeddings.flatMap((one, i) =>
    embeddings
      .slice(i + 1)
      .flatMap((other, j) => (dot(one, other) < sameFrom ? [`${i + 1} and ${i + j + 2}`] : [])),
  )
}

const widthPx = ({ detection }: FaceSeen): number => detection.boxPx[2]
const textOf = (reasons: readonly (readonly PictureFault[])[]): string =>
  reasons.map((faults, i) => `${i + 1}: ${faults.join(', ') || 'ok'}`).join('; ')
