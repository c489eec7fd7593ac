/** Resolves after `ms`, or at once when the signal aborts; never rejects. Injected, so that tests own time. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

/** The real one. Does not keep the process alive. */
export const realSleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    timer.unref()
    signal.addEventListener('abort', done)
  })
