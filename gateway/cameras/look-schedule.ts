import { secondMs } from '../../contracts/clock.ts'
import type { TrackedObject } from '../model/input.ts'
import type { Analysis } from '../model/vision.ts'

export interface LookOptions {
  /** An empty scene in which nothing moves is looked at by the models so often all the same, ms. */
  readonly emptyMs?: number
  /** One in which something stands: it may leave while it still counts as background, ms. */
  readonly standingMs?: number
}

/** What has stood for less may walk off without the gate's seeing it against its slow background. */
const restlessMs = 3 * secondMs
/** A track begins with this score, and is told of when it has been seen twice; see tracker.ts. */
const beginScore = 0.4
const confirmLooksMax = 2

/** Says, for one camera, when the models must look although nothing moves. Monotonic ms. */
export class LookSchedule {
  readonly #options: Required<LookOptions>
  #lookedAt = Number.NEGATIVE_INFINITY
  #objects: readonly TrackedObject[] = []
  #confirming = 0
  #owed = false

  constructor(options: LookOptions = {}) {
    this.#options = { emptyMs: 30 * secondMs, standingMs: 3 * secondMs, ...options }
  }

  /** Whether the frame that came in at `at` must be looked at. */
  mustLook(at: number): boolean {
    if (this.#owed) return true
    if (this.#objects.some((object) => object.stillMs < restlessMs)) return true
    const { standingMs, emptyMs } = this.#options
    return at - this.#lookedAt >= (this.#objects.length > 0 ? standingMs : emptyMs)
  }

  /** A frame has been analysed, or let pass by the gate; `objects` are what is there after it. */
  looked(analysis: Analysis, objects: readonly TrackedObject[], at: number): void {
    this.#objects = objects
    if (analysis.motion?.shut === true) return
    this.#lookedAt = at
    const found = analysis.detections.some((detection) => detection.score >= beginScore)
    // Something new has been seen once: a second look says whether it is an object.
    this.#confirming = found && objects.length === 0 ? this.#confirming + 1 : 0
    this.#owed = this.#confirming > 0 && this.#confirming <= confirmLooksMax
  }
}
