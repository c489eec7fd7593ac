import { type Clock, hourMs, minuteMs, secondMs } from '../../contracts/clock.ts'

/** Failed sign-ins per user and address: a second (with a small burst), a minute, an hour. */
const perUser = [
  { windowMs: secondMs, max: 3 },
  { windowMs: minuteMs, max: 5 },
  { windowMs: hourMs, max: 20 },
] as const
/** And per address, against trying one password on many names. */
const perAddress = [{ windowMs: minuteMs, max: 100 }] as const
type Windows = readonly { readonly windowMs: number; readonly max: number }[]

export interface LoginLimiter {
  /**
   * Runs `check`, which says whether the password is right; null when it is too soon to try. One that
   * runs counts as a failure until it is known to be none: many at once cannot slip by. Those that it
   * keeps out wait for it, so that one person may sign in on many devices in the same moment.
   */
  attempt(username: string, address: string, check: () => Promise<boolean>): Promise<boolean | null>
  readonly refused: number
}

interface Attempt {
  readonly at: number
  running: boolean
}

const known = (attempts: readonly Attempt[]): Attempt[] => attempts.filter((one) => !one.running)
const without = (attempts: readonly Attempt[] | undefined, gone: Attempt): Attempt[] =>
  (attempts ?? []).filter((one) => one !== gone)
const full = (attempts: readonly Attempt[], windows: Windows, now: number): boolean =>
  windows.some(
    ({ windowMs, max }) => attempts.filter(({ at }) => now - at < windowMs).length >= max,
  )

/**
 * Sliding windows over the times of failures, in memory, at most `keysMax` names; the one that was
 * quiet longest is forgotten first. A refused attempt is refused for the right password too.
 */
export function createLoginLimiter(
  clock: Clock,
  options: { keysMax?: number; waitingMax?: number } = {},
): LoginLimiter {
  const { keysMax = 20_000, waitingMax = 64 } = options
  const book = new Map<string, Attempt[]>()
  let waiting: (() => void)[] = []
  let refused = 0

  const recent = (key: string, windows: Windows, now: number): Attempt[] => {
    const longest = windows.at(-1)?.windowMs ?? 0
    return (book.get(key) ?? []).filter(({ at, running }) => running || now - at < longest)
  }
  const keep = (key: string, attempts: Attempt[]): void => {
    book.delete(key)
    if (attempts.length > 0) book.set(key, attempts)
    const oldest = book.keys().next().value
    if (book.size > keysMax && oldest !== undefined) book.delete(oldest)
  }
  const end = (keys: readonly string[], attempt: Attempt, wrong: boolean): void => {
    attempt.running = false
    for (const key of wrong ? [] : keys) {
      keep(key, without(book.get(key), attempt))
    }
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }

  return {
    async attempt(username, address, check) {
      const keys = [
        { key: `u ${address} ${username.toLowerCase()}`, windows: perUser },
        { key: `a ${address}`, windows: perAddress },
      ] as const
      for (;;) {
        const now = clock()
        const tried = keys.map(({ key, windows }) => ({ windows, list: recent(key, windows, now) }))
        if (!tried.some(({ list, windows }) => full(list, windows, now))) break
        if (
          tried.some(({ list, windows }) => full(known(list), windows, now)) ||
          waiting.length >= waitingMax
        ) {
          refused += 1
          return null
        }
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      const now = clock()
      const attempt = { at: now, running: true }
      for (const { key, windows } of keys) keep(key, [...recent(key, windows, now), attempt])
      let wrong = false
      try {
        wrong = !(await check())
        return !wrong
      } finally {
        end(
          keys.map(({ key }) => key),
          attempt,
          wrong,
        )
      }
    },
    get refused() {
      return refused
    },
  }
}
