import type { PlateSeen } from '../../contracts/detections.ts'

/** What several frames of one car agree on. */
export interface PlateVote {
  readonly text: string
  readonly confidence: number
  /** Frames that stand behind it. */
  readonly frames: number
}
export type VotePlates = (history: readonly PlateSeen[]) => PlateVote | null

/** One car before a barrier camera, over its frames. Mutable; owned by one follower. */
export interface Approach {
  readonly id: number
  readonly firstAt: number
  lastAt: number
  history: PlateSeen[]
  /** Texts that were decided about, in order. */
  readonly decided: string[]
  granted: boolean
  /** It was told once that nothing could be read. */
  unreadable: boolean
}

export interface FollowOptions {
  /** A car that is not seen for so long has gone, ms. */
  readonly goneAfterMs: number
  readonly historyMax: number
  /** Plates narrower than this are too far away to be meant, pixels of the frame. */
  readonly widthMinPx: number
}

const defaults: FollowOptions = { goneAfterMs: 2_500, historyMax: 12, widthMinPx: 48 }
/** How far a plate may jump between frames, in its own widths. */
const reachWidths = 1.5

/**
 * Follows plates over the frames of one camera by position: a car is the same car while its plate stays
 * near where it was, whatever is read on it. Only the nearest car counts: the queue behind it decides nothing.
 */
export class PlateFollower {
  readonly #options: FollowOptions
  #approaches: Approach[] = []
  #count = 0

  constructor(options: Partial<FollowOptions> = {}) {
    this.#options = { ...defaults, ...options }
  }

  /** `at`: monotonic ms. Gives the car in front, and those that have gone since the last call. */
  update(
    plates: readonly PlateSeen[],
    at: number,
  ): { readonly front: Approach | null; readonly gone: readonly Approach[] } {
    const gone = this.#approaches.filter(({ lastAt }) => at - lastAt > this.#options.goneAfterMs)
    this.#approaches = this.#approaches.filter((approach) => !gone.includes(approach))
    const near = plates
      .filter(({ boxPx }) => boxPx[2] >= this.#options.widthMinPx)
      .toSorted((a, b) => area(b) - area(a))
    const [plate] = near
    if (plate === undefined) return { front: null, gone }
    const front = this.#approachOf(plate, at)
    front.lastAt = at
    front.history = [...front.history, plate].slice(-this.#options.historyMax)
    return { front, gone }
  }

  #approachOf(plate: PlateSeen, at: number): Approach {
    const known = this.#approaches
      .map((approach) => ({ approach, away: distance(approach.history.at(-1), plate) }))
      .filter(({ away }) => away <= reachWidths)
      .toSorted((a, b) => a.away - b.away)[0]?.approach
    if (known !== undefined) return known
    this.#count += 1
    const made: Approach = {
      id: this.#count,
      firstAt: at,
      lastAt: at,
      history: [],
      decided: [],
      granted: false,
      unreadable: false,
    }
    // Two cars at once are rare before one arm; more than four are noise.
    this.#approaches = [...this.#approaches, made].slice(-4)
    return made
  }
}

const area = ({ boxPx }: PlateSeen): number => boxPx[2] * boxPx[3]

/** Between centres, in widths of the wider plate. */
function distance(a: PlateSeen | undefined, b: PlateSeen): number {
  if (a === undefined) return Number.POSITIVE_INFINITY
  const dx = a.boxPx[0] + a.boxPx[2] / 2 - (b.boxPx[0] + b.boxPx[2] / 2)
  const dy = a.boxPx[1] + a.boxPx[3] / 2 - (b.boxPx[1] + b.boxPx[3] / 2)
  return Math.hypot(dx, dy) / Math.max(1, a.boxPx[2], b.boxPx[2])
}
