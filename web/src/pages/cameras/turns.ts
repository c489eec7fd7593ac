/** At most so many at once; the others wait for their turn in the order in which they came. */
export type Turns = <Answer>(work: () => Promise<Answer>) => Promise<Answer>

export function createTurns(max: number): Turns {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve))
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}
