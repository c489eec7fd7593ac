import { CodedError } from '../../contracts/errors.ts'

export interface Slots {
  /** Waits for its turn; refused at once where too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>
  readonly waiting: number
  readonly refused: number
}

/** So many at once, so many more in line: what comes above that is refused and counted. */
export function createSlots(atOnce: number, lineMax: number): Slots {
  const line: (() => void)[] = []
  let busy = 0
  let refused = 0
  return {
    async run(work) {
      if (busy < atOnce) busy += 1
      else if (line.length >= lineMax) {
        refused += 1
        throw new CodedError('sound.busy', `${line.length} wait already`)
        // Who steps down hands the place on, so nobody slips in between.
      } else await new Promise<void>((resolve) => line.push(resolve))
      try {
        return await work()
      } finally {
        const next = line.shift()
        if (next === undefined) busy -= 1
        else next()
      }
    },
    get waiting() {
      return line.length
    },
    get refused() {
      return refused
    },
  }
}
