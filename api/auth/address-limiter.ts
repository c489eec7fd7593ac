import { type Clock, minuteMs } from '../../contracts/clock.ts'

export interface AddressLimiter {
  /** False when this address asked too often within the minute. */
  take(address: string): boolean
  readonly refused: number
}

/** So many requests of one address a minute; of at most `keysMax` addresses, the oldest forgotten first. */
export function createAddressLimiter(
  clock: Clock,
  { perMinute = 30, keysMax = 20_000 }: { perMinute?: number; keysMax?: number } = {},
): AddressLimiter {
  const windows = new Map<string, { startedAt: number; n: number }>()
  let refused = 0
  return {
    take(address) {
      const now = clock()
      const before = windows.get(address)
      const fresh = before === undefined || Math.abs(now - before.startedAt) >= minuteMs
      const window = fresh ? { startedAt: now, n: 0 } : before
      if (window.n >= perMinute) {
        refused += 1
        return false
      }
      window.n += 1
      windows.delete(address)
      windows.set(address, window)
      const oldest = windows.keys().next().value
      if (windows.size > keysMax && oldest !== undefined) windows.delete(oldest)
      return true
    },
    get refused() {
      return refused
    },
  }
}
