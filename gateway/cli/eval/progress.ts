/** Where progress goes: stderr, a terminal or not. */
export interface ProgressSink {
  readonly terminal: boolean
  write(text: string): void
}

export interface Progress {
  /** `done` of all; calls may repeat a number. */
  at(done: number): void
}

const widthCharacters = 30

/** A bar that redraws itself on a terminal; else a line at every tenth part. */
export function createProgress(sink: ProgressSink, name: string, total: number): Progress {
  let shown = -1
  const bar = (done: number, percent: number): string => {
    const filled = Math.floor((percent * widthCharacters) / 100)
    const drawn = '#'.repeat(filled).padEnd(widthCharacters, '-')
    return `\r${name} [${drawn}] ${String(percent).padStart(3)} % ${done}/${total}`
  }
  return {
    at(done) {
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total)
      const step = sink.terminal ? percent : Math.floor(percent / 10) * 10
      if (step <= shown) return
      shown = step
      if (!sink.terminal) sink.write(`${name} ${step} % ${done}/${total}\n`)
      else sink.write(`${bar(done, percent)}${done >= total ? '\n' : ''}`)
    },
  }
}
