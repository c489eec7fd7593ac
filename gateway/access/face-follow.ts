import type { BoxPx } from '../../contracts/detections.ts'
import { iou } from '../../detectors/image.ts'
import type { FaceSeen } from '../model/vision.ts'
import type { FaceSight } from './face-match.ts'

/** One face before a camera, over its frames. Mutable; owned by one follower. */
export interface FaceTrack {
  readonly firstBoxPx: BoxPx
  boxPx: BoxPx
  lastAt: number
  /** It came nearer, went aside or turned up elsewhere: a poster never does. */
  moved: boolean
  /** Oldest first, of the last seconds. */
  sights: FaceSight[]
  /** Monotonic ms of its last proof, null where there was none. */
  provenAt: number | null
  /** Reasons that were told. */
  readonly told: Set<string>
  /** Frames in which it was near an entry of the watch-list. */
  candidates: { readonly template: string; readonly at: number; readonly similarity: number }[]
}

/** Not seen for so long and it has left, ms. */
const goneAfterMs = 2_500
/** Faces beyond these are a crowd: the nearest count. */
export const facesMax = 8
const tracksMax = 16
const overlapMin = 0.2
/** Without overlap: how far it may have jumped, in its own sizes, and how much it may have grown. */
const reachSizes = 0.9
const growthMax = 1.6
const movedShare = 0.2
const keepMs = 6_000
const sightsMax = 64

/**
 * Follows the faces of one camera by position alone, from frame to frame; who it is plays no part, so that
 * frames of two people never add up to one because they look alike.
 */
export class FaceFollower {
  #tracks: FaceTrack[] = []

  /** `at`: monotonic ms. Gives each of the nearest faces with the track that it belongs to. */
  update(faces: readonly FaceSeen[], at: number): readonly (readonly [FaceSeen, FaceTrack])[] {
    this.#tracks = this.#tracks.filter((track) => at - track.lastAt <= goneAfterMs)
    const nearest = faces
      .toSorted((a, b) => sizePx(b.detection.boxPx) - sizePx(a.detection.boxPx))
      .slice(0, facesMax)
    const pairs = nearest
      .flatMap((face) =>
        this.#tracks.map((track) => ({ face, track, gain: gainOf(track, face.detection.boxPx) })),
      )
      .filter(({ gain }) => gain > 0)
      .toSorted((a, b) => b.gain - a.gain)
    const trackOf = new Map<FaceSeen, FaceTrack>()
    const taken = new Set<FaceTrack>()
    for (const { face, track } of pairs) {
      if (trackOf.has(face) || taken.has(track)) continue
      trackOf.set(face, track)
      taken.add(track)
    }
    return nearest.map((face) => [face, this.#continue(trackOf.get(face), face, at)] as const)
  }

  #continue(known: FaceTrack | undefined, face: FaceSeen, at: number): FaceTrack {
    const { boxPx } = face.detection
    if (known !== undefined) {
      known.boxPx = boxPx
      known.lastAt = at
      known.moved ||= hasMoved(known.firstBoxPx, boxPx)
      return known
    }
    const made: FaceTrack = {
      firstBoxPx: boxPx,
      boxPx,
      lastAt: at,
      moved: false,
      sights: [],
      provenAt: null,
      told: new Set(),
      candidates: [],
    }
    this.#tracks = [...this.#tracks, made].slice(-tracksMax)
    return made
  }
}

/** Adds what a frame showed; what is older than some seconds makes room. */
export function addSight(track: FaceTrack, sight: FaceSight): void {
  track.sights = [...track.sights.filter(({ at }) => sight.at - at <= keepMs), sight].slice(
    -sightsMax,
  )
}

const sizePx = (boxPx: BoxPx): number => Math.sqrt(Math.max(1, boxPx[2] * boxPx[3]))

/** How well a box goes on with a track; 0: not at all. */
function gainOf(track: FaceTrack, boxPx: BoxPx): number {
  const overlap = iou(track.boxPx, boxPx)
  if (overlap >= overlapMin) return 1 + overlap
  const was = sizePx(track.boxPx)
  const growth = sizePx(boxPx) / was
  if (growth > growthMax || growth < 1 / growthMax) return 0
  return Math.max(0, 1 - jumpPx(track.boxPx, boxPx) / (reachSizes * was))
}

const jumpPx = (a: BoxPx, b: BoxPx): number =>
  Math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2)

function hasMoved(from: BoxPx, to: BoxPx): boolean {
  const was = sizePx(from)
  const growth = Math.abs(sizePx(to) / was - 1)
  return growth > movedShare || jumpPx(from, to) > movedShare * was
}
