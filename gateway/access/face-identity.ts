import { minuteMs } from '../../contracts/clock.ts'
import type { FaceTrack } from './face-follow.ts'
import { type Agreement, agreement, type JudgeLimits, judgeLimits } from './face-judge.ts'

/**
 * Stricter than a door: a third frame, and nearer than the threshold by this. At a door somebody
 * stands by; here a wrong name would tell a family that an elder has been seen.
 */
const identityLimits: JudgeLimits = { ...judgeLimits, framesMin: 3, windowMs: 6_000 }
const strictBy = 0.02
const everyMs = minuteMs
const peopleMax = 1_000

/** Who was recognised before one camera: each person at most once a minute. */
export class IdentityDesk {
  readonly #lastAt = new Map<string, number>()

  /** Null where the evidence is thin, or the person was told within the minute. `at`: monotonic ms. */
  take(track: FaceTrack, threshold: number, at: number): Agreement | null {
    const found = agreement(track.sights, identityLimits)
    if (found === null || found.similarity < threshold + strictBy) return null
    // A photograph on the wall is no sign of life; without the liveness models it must at least move.
    const { livenessScore } = found
    if (livenessScore === null ? !track.moved : livenessScore < identityLimits.livenessMin)
      return null
    const before = this.#lastAt.get(found.resident)
    if (before !== undefined && at - before < everyMs) return null
    this.#lastAt.delete(found.resident)
    this.#lastAt.set(found.resident, at)
    for (const oldest of this.#lastAt.keys()) {
      if (this.#lastAt.size <= peopleMax) break
      this.#lastAt.delete(oldest)
    }
    return found
  }
}
