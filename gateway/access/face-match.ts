import type { FaceSeen } from '../model/vision.ts'
import type { Nearest } from './gallery-matrix.ts'

/** One face in one frame, as far as it was judged. */
export interface FaceSight {
  /** Monotonic ms, and event time of the frame, epoch ms. */
  readonly at: number
  readonly ts: number
  readonly kind: 'bad' | 'unknown' | 'ambiguous' | 'match'
  /** Of whom the nearest template is; null in a bad picture and in an empty gallery. */
  readonly resident: string | null
  readonly similarity: number
  readonly secondBest: number
  /** 0..1; null where the models are missing. */
  readonly livenessScore: number | null
  /** What the quality gate said. */
  readonly faults: FaceSeen['quality']['faults']
}

/** How much nearer than anybody else's it must be; more where the two enrolled faces are alike. */
export const marginMin = 0.05
const marginOfLookAlikes = 0.1
/** Two enrolled faces so near are look-alikes: one pair of strangers in some 3,000 is. */
const lookAlikeFrom = 0.35

/** A face against the gallery: known, not known, or not to be told from another's. Pure. */
export function matchFace(
  face: FaceSeen,
  nearest: Nearest | null,
  threshold: number,
  when: { readonly at: number; readonly ts: number },
): FaceSight {
  const { livenessScore, quality } = face
  const seen = { ...when, livenessScore, faults: quality.faults }
  if (face.embedding === null || quality.faults.length > 0)
    return { ...seen, kind: 'bad', resident: null, similarity: -1, secondBest: -1 }
  if (nearest === null)
    return { ...seen, kind: 'unknown', resident: null, similarity: -1, secondBest: -1 }
  const { subject: resident, similarity, secondBest, likeness } = nearest
  const margin = likeness >= lookAlikeFrom ? marginOfLookAlikes : marginMin
  const known = similarity >= threshold
  const kind = !known ? 'unknown' : similarity - secondBest >= margin ? 'match' : 'ambiguous'
  return { ...seen, kind, resident, similarity, secondBest }
}
