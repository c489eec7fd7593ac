import type { Cell, Value } from './cell.ts'
import { rest } from './cell.ts'

/** What a value says of a condition: it holds, it is over, it is neither, it does not count. */
export type Verdict = 'alarm' | 'clear' | 'between' | 'ignore'
export type Outcome = 'raise' | 'clear' | 'raise-and-clear'

export interface LatchTimes {
  readonly forMs: number
  readonly clearForMs: number
  readonly lifeSafety: boolean
  readonly lateSettleMs: number
  /** Over by itself after so long; 0 never. */
  readonly autoClearMs: number
}

export interface Observation {
  readonly verdict: Verdict
  readonly value: Value
  /** Event time, never later than `receivedAt`. */
  readonly at: number
  readonly receivedAt: number
  /** History being delivered: may end a condition, begins none. */
  readonly late: boolean
  /** The first value of this reading that was ever heard. */
  readonly first: boolean
}

/**
 * One condition with duration and hysteresis. A duration has passed when a later reading shows it in event
 * time, or when our clock has moved on by as much without word to the contrary (`latchDue`).
 * Changes the cell in place; returns what comes of it, or null.
 */
export function latch(cell: Cell, times: LatchTimes, seen: Observation): Outcome | null {
  if (seen.verdict === 'ignore') return null
  switch (cell.phase) {
    case 'idle':
      return seen.verdict === 'alarm' ? begin(cell, times, seen) : null
    case 'pending':
      return hold(cell, times, seen)
    case 'active':
      return seen.verdict === 'clear' ? beginClear(cell, times, seen) : null
    case 'clearing':
      return goOnClearing(cell, times, seen)
  }
}

function begin(cell: Cell, times: LatchTimes, seen: Observation): Outcome | null {
  if ((seen.late || seen.first) && !times.lifeSafety) return null
  cell.since = seen.at
  cell.heardAt = seen.receivedAt
  cell.value = seen.value
  cell.valueTs = seen.at
  if (times.forMs === 0 && !seen.late) return activate(cell, times, seen.receivedAt)
  cell.phase = 'pending'
  cell.dueAt =
    seen.receivedAt + (seen.late ? Math.max(times.forMs, times.lateSettleMs) : times.forMs)
  return null
}

function hold(cell: Cell, times: LatchTimes, seen: Observation): Outcome | null {
  const heldMs = seen.at - cell.since
  if (seen.verdict === 'alarm') {
    if (seen.late || heldMs < times.forMs) return null
    cell.value = seen.value
    cell.valueTs = seen.at
    return activate(cell, times, seen.receivedAt)
  }
  // It held long enough before it ended, we only hear of both at once: for life safety that is an alarm.
  const missed = times.lifeSafety && !seen.late && times.forMs > 0 && heldMs >= times.forMs
  rest(cell)
  return missed ? 'raise-and-clear' : null
}

function activate(cell: Cell, times: LatchTimes, receivedAt: number): Outcome {
  cell.phase = 'active'
  cell.dueAt = times.autoClearMs > 0 ? receivedAt + times.autoClearMs : null
  return 'raise'
}

function beginClear(cell: Cell, times: LatchTimes, seen: Observation): Outcome | null {
  if (times.clearForMs === 0) {
    rest(cell)
    return 'clear'
  }
  cell.phase = 'clearing'
  cell.since = seen.at
  cell.heardAt = seen.receivedAt
  cell.dueAt = seen.receivedAt + times.clearForMs
  return null
}

function goOnClearing(cell: Cell, times: LatchTimes, seen: Observation): Outcome | null {
  if (seen.verdict !== 'clear') {
    cell.phase = 'active'
    cell.dueAt = null
    return null
  }
  if (seen.at - cell.since < times.clearForMs) return null
  rest(cell)
  return 'clear'
}

/** The deadline of the cell has passed by our clock. */
export function latchDue(cell: Cell, times: LatchTimes, now: number): Outcome | null {
  if (cell.phase === 'pending') return activate(cell, times, now)
  if (cell.phase === 'idle') return null
  rest(cell)
  return 'clear'
}
