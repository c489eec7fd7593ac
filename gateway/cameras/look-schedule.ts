import { secondMs } from '../../contracts/clock.ts'
import type { TrackedObject } from '../model/input.ts'
import type { Analysis } from '../model/vision.ts'

export interface LookOptions {
  /** An empty scene in which nothing moves is looked at by the models so often all the same, ms. */
  readonly emptyMs?: number
  /** One in which something has just come to stand: it may leave before it counts as background, ms. */
  readonly standingMs?: number
}

/**
 * What has stood for long is background, and its leaving opens the gate: the looks become as rare as a
 * twentieth of the time that it has stood.
 */
const standingShare = 1 / 20
/** What the first looks find was there when the background began: it is background at once. */
const firstLooks = 4
const firstLooksMs = 15 * secondMs
const remembered = 400

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
  #looks = 0
  #firstLookAt = Number.NaN
  /** Still told, but not found in the last look, and the picture was that of the background. */
  #gone: ReadonlySet<string> = new Set()
  /** By track, in the order of their first sight: whether it is background. */
  readonly #native = new Map<string, boolean>()

  constructor(options: LookOptions = {}) {
    this.#options = { emptyMs: 30 * secondMs, standingMs: 3 * secondMs, ...options }
  }

  /** Whether the frame that came in at `at` must be looked at. */
  mustLook(at: number): boolean {
    if (this.#owed) return true
    if (this.#objects.some((object) => this.#isRestless(object))) return true
    return at - this.#lookedAt >= this.#everyMs()
  }

  #isRestless({ trackId, stillMs }: TrackedObject): boolean {
    return stillMs < restlessMs && !this.#gone.has(trackId)
  }

  #everyMs(): number {
    const { standingMs, emptyMs } = this.#options
    const newcomers = this.#objects.filter(({ trackId }) => this.#native.get(trackId) !== true)
    const shortestMs = Math.min(...newcomers.map(({ stillMs }) => stillMs))
    return Math.min(emptyMs, Math.max(standingMs, standingShare * shortestMs))
  }

  /** A frame has been analysed, or let pass by the gate; `objects` are what is there after it. */
  looked(analysis: Analysis, objects: readonly TrackedObject[], at: number): void {
    this.#objects = objects
    if (analysis.motion?.shut === true) return
    this.#lookedAt = at
    this.#noteNew(analysis, objects, at)
    this.#gone = new Set(goneFrom(analysis, objects))
    const found = analysis.detections.some((detection) => detection.score >= beginScore)
    // Something new has been seen once: a second look says whether it is an object.
    this.#confirming = found && objects.length === 0 ? this.#confirming + 1 : 0
    this.#owed = this.#confirming > 0 && this.#confirming <= confirmLooksMax
  }

  /** What is first seen while nothing moves has not just come: it was overlooked. */
  #noteNew({ motion }: Analysis, objects: readonly TrackedObject[], at: number): void {
    if (this.#looks === 0) this.#firstLookAt = at
    this.#looks += 1
    const first = this.#looks <= firstLooks && at - this.#firstLookAt <= firstLooksMs
    for (const { trackId } of objects)
      if (!this.#native.has(trackId)) this.#native.set(trackId, first || motion?.moved === false)
    for (const trackId of this.#native.keys()) {
      if (this.#native.size <= remembered) return
      this.#native.delete(trackId)
    }
  }
}

function goneFrom({ motion, detections }: Analysis, objects: readonly TrackedObject[]): string[] {
  if (motion?.moved !== false) return []
  const found = new Set(detections.map(({ boxPx }) => boxPx))
  return objects
    .filter(({ detection }) => !found.has(detection.boxPx))
    .map(({ trackId }) => trackId)
}
