export type Interval = readonly [from: number, to: number]

/**
 * The time in which a camera could see, as half-open intervals of receive time (epoch ms). It covers
 * the span between two analysed frames if they are no further apart than `gapMaxMs` and if the later
 * one proves that the picture lives; time in which it stood still is granted when it moves on, and
 * never when it turns out to be frozen.
 */
export class CoverageMeter {
  #from: number | null = null
  #provedTo = 0
  #arrivedTo = 0
  readonly #closed: Interval[] = []

  frame(at: number, live: boolean, gapMaxMs: number): void {
    const gap = at - this.#arrivedTo
    if (this.#from === null || gap > gapMaxMs || gap < 0) {
      this.stop()
      if (!live) return
      this.#from = at
      this.#provedTo = at
    }
    this.#arrivedTo = at
    if (live) this.#provedTo = at
  }

  /** The camera went offline or froze: what was not proved is not covered. */
  stop(): void {
    if (this.#from !== null && this.#provedTo > this.#from)
      this.#closed.push([this.#from, this.#provedTo])
    this.#from = null
  }

  /** Takes what has been covered since the last call. */
  take(): Interval[] {
    const taken = this.#closed.splice(0)
    if (this.#from !== null && this.#provedTo > this.#from) {
      taken.push([this.#from, this.#provedTo])
      this.#from = this.#provedTo
    }
    return taken
  }
}
