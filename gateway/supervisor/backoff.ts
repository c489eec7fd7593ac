export interface BackoffOptions {
  readonly minMs: number
  readonly maxMs: number
  /** A life this long wipes out the failures before it. */
  readonly healthyAfterMs: number
}

export const restartBackoff: BackoffOptions = { minMs: 250, maxMs: 10_000, healthyAfterMs: 60_000 }

/**
 * How long to wait before the next start: doubling from `minMs` to `maxMs`, half of it by chance, so
 * that several boxes behind one power cut do not come back in step. `random` gives [0, 1).
 */
export function restartDelayMs(
  failuresInRow: number,
  random: () => number,
  options: BackoffOptions = restartBackoff,
): number {
  const full = Math.min(options.maxMs, options.minMs * 2 ** Math.min(failuresInRow, 30))
  return Math.max(options.minMs, Math.round(full / 2 + (full / 2) * random()))
}
