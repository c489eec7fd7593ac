import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks'

/** Event-loop delay of this process at a resolution of 1 ms. */
export class LoopDelay {
  #histogram: IntervalHistogram | null = null

  start(): void {
    this.#histogram?.disable()
    this.#histogram = monitorEventLoopDelay({ resolution: 1 })
    this.#histogram.enable()
  }

  /** p99 as `monitorEventLoopDelay` says it, ms, its resolution included. */
  p99Ms(): number {
    const p99 = (this.#histogram?.percentile(99) ?? 0) / 1e6
    this.#histogram?.disable()
    this.#histogram = null
    return p99
  }
}
