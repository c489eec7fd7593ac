export interface BackoffOptions {
  readonly baseMs: number
  readonly capMs: number
}

/**
 * Delay before try number `failures + 1`, ms: doubles from `baseMs` up to `capMs`, of which half is chance,
 * so that many boxes that lost the same api do not come back at once.
 */
export function backoffMs(failures: number, random: () => number, options: BackoffOptions): number {
  const full = Math.min(options.capMs, options.baseMs * 2 ** Math.min(30, failures - 1))
  return full / 2 + (full / 2) * random()
}
