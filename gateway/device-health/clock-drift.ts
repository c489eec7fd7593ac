import { minuteMs, secondMs } from '../../contracts/clock.ts'

/** What is known of a device's clock. Plain data, saved as it is. */
export interface DriftState {
  /** The window that is being filled: since when, how many messages, the best offset, how many came near it. */
  readonly since: number
  readonly n: number
  readonly bestMs: number
  readonly near: number
  /** By the last windows that could be trusted: device time minus ours. Null before. */
  readonly offsetMs: number | null
  /** The one before it. */
  readonly beforeMs: number | null
}

const windowMs = 10 * minuteMs
const windowMessagesMin = 8
/** Delivery of live messages varies by less than this. */
const nearMs = 5 * secondMs

const newWindow = (now: number, drift: DriftState | null): DriftState => ({
  since: now,
  n: 0,
  bestMs: Number.MIN_SAFE_INTEGER,
  near: 0,
  offsetMs: drift?.offsetMs ?? null,
  beforeMs: drift?.beforeMs ?? null,
})

/**
 * Takes in the time that a message bears. A message can only be late, never early: the largest difference
 * of a window is the clock's own, and it counts when half of the window came near it. History that is
 * delivered late differs from message to message, so its window says nothing.
 */
export function observeDrift(
  before: DriftState | null,
  sentTs: number,
  receivedAt: number,
): DriftState {
  const drift = before ?? newWindow(receivedAt, null)
  const offset = sentTs - receivedAt
  // Better than the best: what came near the old best may not be near this one.
  const better = offset > drift.bestMs
  const jump = better && offset - drift.bestMs > nearMs
  const near = jump ? 1 : drift.near + (better || drift.bestMs - offset <= nearMs ? 1 : 0)
  const bestMs = better ? offset : drift.bestMs
  const next: DriftState = { ...drift, n: drift.n + 1, bestMs, near }
  if (next.n < windowMessagesMin || receivedAt - drift.since < windowMs) return next
  const closed = newWindow(receivedAt, drift)
  if (next.near * 2 < next.n) return closed
  return { ...closed, offsetMs: bestMs, beforeMs: drift.offsetMs }
}

/** Off in two windows in a row, the same way. */
export const isOff = (drift: DriftState, boundMs: number): boolean =>
  drift.offsetMs !== null &&
  drift.beforeMs !== null &&
  Math.abs(drift.offsetMs) > boundMs &&
  Math.abs(drift.beforeMs) > boundMs &&
  drift.offsetMs > 0 === drift.beforeMs > 0
