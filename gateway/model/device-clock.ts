/** The state of a DeviceClock, small enough to be saved with every batch. */
export interface ClockState {
  /** Last message: device time, `seq`, our time. */
  ts: number
  seq: number | null
  receivedAt: number
  /** The lag of this device has been the same for a while: its clock is off, it is not late. */
  steady: boolean
}

export interface MessageTime {
  /** Event time to reckon with, never later than `receivedAt`. */
  readonly at: number
  /** The message tells of the past: it arrived more than `lateMs` after its time. */
  readonly late: boolean
  readonly steady: boolean
}

/** Two messages nearer to each other than this say nothing about a clock. */
const gapMinMs = 1_000
const jitterMs = 500

/**
 * Tells a wrong clock from late delivery. History that is delivered late comes faster than it happened, so
 * its lag (receive time minus device time) shrinks from message to message; the lag of a device that
 * speaks of now is the same each time, whatever its clock shows. Such a device is reckoned by our clock:
 * a wrong clock can neither silence nor flood. The first message after a step of the clock is taken as
 * late; the next, at least a second later, mends it.
 */
export function observeClock(
  previous: ClockState | null,
  message: { readonly ts: number; readonly seq: number | null; readonly receivedAt: number },
  lateMs: number,
): { readonly time: MessageTime; readonly state: ClockState } {
  const { ts, seq, receivedAt } = message
  const lagMs = receivedAt - ts
  const late = lagMs > lateMs
  if (previous === null) {
    return {
      time: { at: Math.min(ts, receivedAt), late, steady: false },
      state: { ts, seq, receivedAt, steady: false },
    }
  }
  // Another value of the same message.
  if (previous.ts === ts && previous.seq === seq && previous.receivedAt === receivedAt)
    return { time: timeOf(message, late, previous.steady), state: previous }
  const gapMs = receivedAt - previous.receivedAt
  const driftMs = Math.abs(lagMs - (previous.receivedAt - previous.ts))
  const steady =
    gapMs >= gapMinMs
      ? driftMs <= jitterMs + gapMs / 5 && ts > previous.ts
      : previous.steady && driftMs <= jitterMs
  return { time: timeOf(message, late, steady), state: { ts, seq, receivedAt, steady } }
}

function timeOf(
  { ts, receivedAt }: { readonly ts: number; readonly receivedAt: number },
  late: boolean,
  steady: boolean,
): MessageTime {
  if (late && steady) return { at: receivedAt, late: false, steady }
  return { at: Math.min(ts, receivedAt), late, steady }
}
