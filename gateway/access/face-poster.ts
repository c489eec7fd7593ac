import type { BoxPx } from '../../contracts/detections.ts'
import { iou } from '../../detectors/image.ts'
import type { FaceRefusal } from '../model/access.ts'
import { livenessOf } from './face-judge.ts'
import type { FaceTrack } from './face-follow.ts'

interface Spot {
  readonly boxPx: BoxPx
  readonly reason: FaceRefusal['reason']
  lastAt: number
}

const spotsMax = 16
/** Somebody walks by and hides it: still the same poster, ms. */
const rememberMs = 600_000
const overlapMin = 0.6
const livenessMax = 0.5

/** A face that hangs on the wall is told once, not each time that somebody has walked past it. */
export class PosterMemory {
  #spots: Spot[] = []

  /** Whether this refusal says what was said of the same spot before. Remembers it either way. */
  isRepeat(track: FaceTrack, reason: FaceRefusal['reason'], at: number): boolean {
    this.#spots = this.#spots.filter((spot) => at - spot.lastAt <= rememberMs)
    if (!isStill(track)) return false
    const known = this.#spots.find(
      (spot) => spot.reason === reason && iou(spot.boxPx, track.boxPx) >= overlapMin,
    )
    if (known !== undefined) {
      known.lastAt = at
      return true
    }
    this.#spots = [...this.#spots, { boxPx: track.boxPx, reason, lastAt: at }].slice(-spotsMax)
    return false
  }

  /** It is still there: the memory of it does not fade. */
  seen(track: FaceTrack, at: number): void {
    if (track.moved) return
    for (const spot of this.#spots) if (iou(spot.boxPx, track.boxPx) >= overlapMin) spot.lastAt = at
  }
}

/** It has never moved, and nothing says that it lives. */
function isStill({ moved, sights }: FaceTrack): boolean {
  const liveness = livenessOf(sights)
  return !moved && (liveness === null || liveness < livenessMax)
}
