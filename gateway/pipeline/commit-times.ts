/** Milliseconds of the last commits, for percentiles. */
export class CommitTimes {
  readonly #ms: number[] = []
  readonly #max: number
  #at = 0

  constructor(max = 512) {
    this.#max = max
  }

  add(ms: number): void {
    this.#ms[this.#at] = ms
    this.#at = (this.#at + 1) % this.#max
  }

  percentiles(): { p50: number; p99: number } {
    const sorted = [...this.#ms].sort((a, b) => a - b)
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return { p50: at(0.5), p99: at(0.99) }
  }
}
