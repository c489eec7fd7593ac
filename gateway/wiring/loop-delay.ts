import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

export interface LoopDelay {
  /** Of the last full window (of the running one while there is none), ms. */
  read(): { readonly p50: number; readonly p99: number }
  close(): void
}

const nsPerMs = 1e6
const begin = (): IntervalHistogram => {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  return histogram
}
const figures = (histogram: IntervalHistogram) => ({
  p50: histogram.percentile(50) / nsPerMs,
  p99: histogram.percentile(99) / nsPerMs,
})

/** Event loop delay at a resolution of 1 ms, in windows: what it is like now, not since the start. */
export function measureLoopDelay(windowMs: number): LoopDelay {
  let running = begin()
  let last: { readonly p50: number; readonly p99: number } | null = null
  const timer = setInterval(() => {
    last = figures(running)
    running.disable()
    running = begin()
  }, windowMs)
  timer.unref()
  return {
    read: () => last ?? figures(running),
    close() {
      clearInterval(timer)
      running.disable()
    },
  }
}
