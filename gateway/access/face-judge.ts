import type { FaceProof, FaceRefusal } from '../model/access.ts'
import type { FaceSight } from './face-match.ts'

export interface JudgeLimits {
  /** Frames that must agree, and within which time, ms. */
  readonly framesMin: number
  readonly windowMs: number
  /** Mean over those frames (model card: 0.7 and several frames at a door). */
  readonly livenessMin: number
  /** One frame as dead as this and the count begins anew. */
  readonly livenessSpoof: number
  /** So many dead frames of one resident are an attempt, not a bad moment. */
  readonly spoofFrames: number
  /** A face that stays for so long without a proof is told why, ms. */
  readonly patienceMs: number
  /** Frames from which a refusal may be said. */
  readonly refusalFrames: number
}

export const judgeLimits: JudgeLimits = {
  framesMin: 2,
  windowMs: 2_000,
  livenessMin: 0.7,
  livenessSpoof: 0.3,
  spoofFrames: 3,
  patienceMs: 3_000,
  refusalFrames: 3,
}

export type FaceVerdict =
  | { readonly kind: 'proof'; readonly proof: Agreement }
  | {
      readonly kind: 'refusal'
      readonly reason: FaceRefusal['reason']
      readonly detail: string
      readonly resident: string | null
    }
export type Agreement = Pick<
  FaceProof,
  'resident' | 'similarity' | 'secondBest' | 'frames' | 'livenessScore'
>

/**
 * What the frames of one face so far, oldest first, amount to. Pure; whoever calls says what has been
 * told already. A proof needs agreeing frames up to the last one, all alive; a refusal needs patience.
 */
export function judgeFace(
  sights: readonly FaceSight[],
  limits: JudgeLimits = judgeLimits,
): FaceVerdict | null {
  const agreed = agreement(sights, limits)
  if (agreed !== null && isAlive(agreed, limits)) return { kind: 'proof', proof: agreed }
  return spoofOf(sights, limits) ?? refusalOf(sights, limits)
}

/** Frames up to the last one that show the same resident; null where there are too few. */
export function agreement(
  sights: readonly FaceSight[],
  { framesMin, windowMs, livenessSpoof }: JudgeLimits,
): Agreement | null {
  const last = sights.at(-1)
  if (last === undefined || last.kind !== 'match' || last.resident === null) return null
  const agreeing: FaceSight[] = []
  for (let i = sights.length - 1; i >= 0; i -= 1) {
    const sight = sights[i] as FaceSight
    if (last.at - sight.at > windowMs) break
    if (sight.kind !== 'match') continue
    // Somebody else, or a picture held up: what was before does not count.
    if (sight.resident !== last.resident || isSpoof(sight, livenessSpoof)) break
    agreeing.push(sight)
  }
  if (agreeing.length < framesMin) return null
  return {
    resident: last.resident,
    similarity: meanOf(agreeing.map(({ similarity }) => similarity)),
    secondBest: Math.max(...agreeing.map(({ secondBest }) => secondBest)),
    frames: agreeing.length,
    livenessScore: livenessOf(agreeing),
  }
}

/** Null as soon as one frame has none: half an answer is no answer. */
export function livenessOf(sights: readonly FaceSight[]): number | null {
  const scores = sights.flatMap(({ livenessScore }) => livenessScore ?? [])
  return scores.length === 0 || scores.length < sights.length ? null : meanOf(scores)
}

/** Missing models are the door's business: it knows who else vouches for a live face. */
const isAlive = ({ livenessScore }: Agreement, { livenessMin }: JudgeLimits): boolean =>
  livenessScore === null || livenessScore >= livenessMin

const isSpoof = ({ livenessScore }: FaceSight, spoof: number): boolean =>
  livenessScore !== null && livenessScore <= spoof

/** A resident's face, and not alive in frame after frame. */
function spoofOf(
  sights: readonly FaceSight[],
  { livenessSpoof, spoofFrames }: JudgeLimits,
): FaceVerdict | null {
  const dead = sights.filter((sight) => sight.kind === 'match' && isSpoof(sight, livenessSpoof))
  const resident = dead.at(-1)?.resident ?? null
  const same = dead.filter((sight) => sight.resident === resident)
  if (same.length < spoofFrames) return null
  return notLive(same, resident)
}

function refusalOf(sights: readonly FaceSight[], limits: JudgeLimits): FaceVerdict | null {
  const { patienceMs, refusalFrames, framesMin } = limits
  const [first] = sights
  const last = sights.at(-1)
  if (first === undefined || last === undefined) return null
  if (last.at - first.at < patienceMs || sights.length < refusalFrames) return null
  const of = (kind: FaceSight['kind']) => sights.filter((sight) => sight.kind === kind)
  const matches = of('match')
  const liveness = livenessOf(matches)
  const resident = matches.at(-1)?.resident ?? null
  if (matches.length >= framesMin && liveness !== null && liveness < limits.livenessMin)
    return notLive(matches, resident)
  if (of('ambiguous').length >= framesMin)
    return { kind: 'refusal', reason: 'face-ambiguous', detail: '', resident: null }
  if (of('unknown').length >= refusalFrames && matches.length < framesMin)
    return { kind: 'refusal', reason: 'face-unknown', detail: '', resident: null }
  const bad = of('bad')
  if (bad.length < sights.length) return null
  return { kind: 'refusal', reason: 'face-quality', detail: commonest(bad), resident: null }
}

const notLive = (sights: readonly FaceSight[], resident: string | null): FaceVerdict => ({
  kind: 'refusal',
  reason: 'face-not-live',
  detail: `liveness ${(livenessOf(sights) ?? 0).toFixed(2)}`,
  resident,
})

/** The faults that at least half of the frames have, in words of contracts/detections.ts. */
function commonest(sights: readonly FaceSight[]): string {
  const counts = new Map<string, number>()
  for (const fault of sights.flatMap(({ faults }) => faults))
    counts.set(fault, (counts.get(fault) ?? 0) + 1)
  const often = [...counts].filter(([, count]) => count * 2 >= sights.length)
  return often
    .toSorted((a, b) => b[1] - a[1])
    .map(([fault]) => fault)
    .join(', ')
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
