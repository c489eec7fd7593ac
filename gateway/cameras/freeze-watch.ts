import { changedShare } from '../../detectors/luma-sample.ts'

export interface FreezeOptions {
  /** A picture that stays the same for so long is frozen, ms. */
  readonly frozenAfterMs: number
  /**
   * Share of sampled pixels that must differ for the picture to live. Sensor noise changes a large
   * part of them even where nothing moves; a clock drawn over a frozen picture changes next to none.
   */
  readonly changedMin?: number
}

export type Liveness = 'live' | 'same' | 'frozen'

const framesMin = 3

/**
 * Tells a frozen picture from a quiet scene. Each sample is held against the one with which the
 * stillness began, not against the last, so that dusk and dawn count as change. Monotonic time.
 */
export class FreezeWatch {
  readonly #options: Required<FreezeOptions>
  #reference: Uint8Array | null = null
  #since = 0
  #frames = 0

  constructor(options: FreezeOptions) {
    this.#options = { changedMin: 0.0025, ...options }
  }

  look(sample: Uint8Array, at: number): Liveness {
    const { changedMin, frozenAfterMs } = this.#options
    if (this.#reference === null || changedShare(this.#reference, sample) >= changedMin) {
      this.#reference = sample
      this.#since = at
      this.#frames = 0
      return 'live'
    }
    this.#frames += 1
    return this.#frames >= framesMin && at - this.#since >= frozenAfterMs ? 'frozen' : 'same'
  }

  /** How long the picture has been the same at `at`, ms. */
  sameFor(at: number): number {
    return at - this.#since
  }

  /** After a gap the next picture starts anew. */
  reset(): void {
    this.#reference = null
  }
}
