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

export interface LoginAttempt {
  /** The password was right: the attempt does not count. */
  succeeded(): void
}

export interface LoginLimiter {
  /** Null when it is too soon. An attempt counts from its start, so that many at once cannot slip by. */
  attempt(username: string, address: string): LoginAttempt | null
  readonly refused: number
}

const full = (times: readonly number[], windows: Windows, now: number): boolean =>
  windows.some(({ windowMs, max }) => times.filter((ts) => now - ts < windowMs).length >= max)

/**
 * Sliding windows over the times of failures, in memory, at most `keysMax` names; the one that was
 * quiet longest is forgotten first. A refused attempt is refused for the right password too.
 */
export function createLoginLimiter(clock: Clock, options: { keysMax?: number } = {}): LoginLimiter {
  const { keysMax = 20_000 } = options
  const failures = new Map<string, number[]>()
  let refused = 0

  const recent = (key: string, windows: Windows, now: number): number[] => {
    const longest = windows.at(-1)?.windowMs ?? 0
    return (failures.get(key) ?? []).filter((ts) => now - ts < longest)
  }
  const keep = (key: string, times: number[]): void => {
    failures.delete(key)
    if (times.length > 0) failures.set(key, times)
    const oldest = failures.keys().next().value
    if (failures.size > keysMax && oldest !== undefined) failures.delete(oldest)
  }

  return {
    attempt(username, address) {
      const now = clock()
      const keys = [
        { key: `u ${address} ${username.toLowerCase()}`, windows: perUser },
        { key: `a ${address}`, windows: perAddress },
      ] as const
      if (keys.some(({ key, windows }) => full(recent(key, windows, now), windows, now))) {
        refused += 1
        return null
      }
      for (const { key, windows } of keys) keep(key, [...recent(key, windows, now), now])
      return {
        succeeded() {
          for (const { key } of keys) {
            const times = failures.get(key)
            const at = times?.indexOf(now) ?? -1
            if (times !== undefined && at >= 0) keep(key, times.toSpliced(at, 1))
          }
        },
      }
    },
    get refused() {
      return refused
    },
  }
}
