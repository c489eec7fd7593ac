import type { BooleanRule, ThresholdRule } from '../../config/rules.ts'
import { observeClock } from '../model/device-clock.ts'
import type { Effect } from '../model/effect.ts'
import type { Reading } from '../model/input.ts'
import { type Cell, cellOf, type DeviceEntry, selects } from './cell.ts'
import { type LatchTimes, latch, latchDue, type Observation, type Outcome } from './latch.ts'
import { intervalOf } from './missing.ts'
import { checkNeeded, checkOver } from './not-live.ts'
import { isNewer } from './order.ts'
import { fireCamera } from './cameras.ts'
import { clearOf, raiseOf, readingEvidence } from './report.ts'
import type { RuleDesk } from './rule-desk.ts'
import { booleanVerdict, inWindow, thresholdVerdict } from './verdict.ts'

const nothing: readonly Effect[] = []
/** A value of a device that has missed so many of its reports is stale: no alarm ripens on it. */
const staleReports = 3

type ValueRule = ThresholdRule | BooleanRule
type ValueCell = Cell & { readonly rule: ValueRule }

export function applyReading(desk: RuleDesk, reading: Reading): readonly Effect[] {
  const entry = desk.entry(reading.community, reading.device)
  if (entry === null) return nothing
  const cells = entry.plan.get(reading.name) ?? plan(desk, entry, reading.name)
  if (cells.length === 0) return nothing
  const { time, state } = observeClock(entry.clock, reading, desk.book.lateAfterMs)
  const last = entry.applied.get(reading.name)
  if (entry.clock !== state) {
    entry.clock = state
    desk.touch(entry)
  }
  if (last !== undefined && !isNewer(last, reading, time.steady)) return nothing
  entry.applied.set(reading.name, { ts: reading.ts, seq: reading.seq })
  desk.touch(entry)
  let effects = nothing
  for (const cell of cells as readonly ValueCell[]) {
    desk.evaluations += 1
    const verdict = verdictOf(cell.rule, reading.value, time.at)
    const seen = {
      verdict,
      value: reading.value,
      at: time.at,
      receivedAt: reading.receivedAt,
      late: time.late,
      first: last === undefined,
    }
    const came =
      reading.retained === true ? remembered(desk, cell, reading, seen) : live(desk, cell, seen)
    if (came.length > 0) effects = [...effects, ...came]
  }
  return effects
}

function live(desk: RuleDesk, cell: ValueCell, seen: Observation): readonly Effect[] {
  const checked = checkOver(desk, cell, seen)
  if (cell.phase === 'idle' && seen.verdict !== 'alarm') return checked
  return [...checked, ...judge(desk, cell, seen)]
}

/** From a broker's memory: it begins nothing, and ends only what no life hangs on. */
function remembered(
  desk: RuleDesk,
  cell: ValueCell,
  reading: Reading,
  seen: Observation,
): readonly Effect[] {
  if (cell.phase === 'idle') return checkNeeded(desk, cell, reading, seen)
  const safety = cell.rule.kind === 'boolean' && cell.rule.lifeSafety
  return seen.verdict === 'clear' && !safety ? judge(desk, cell, seen) : nothing
}

function plan(desk: RuleDesk, entry: DeviceEntry, name: string): readonly Cell[] {
  const { device } = entry
  const cells: Cell[] = []
  for (const rule of desk.rulesIn(entry.community)) {
    if (rule.kind !== 'threshold' && rule.kind !== 'boolean') continue
    if (rule.reading === name && device !== null && selects(rule, device))
      cells.push(cellOf(entry, rule))
  }
  entry.plan.set(name, cells)
  return cells
}

const verdictOf = (rule: ValueRule, value: Reading['value'], at: number) =>
  rule.kind === 'threshold' ? thresholdVerdict(rule, value) : booleanVerdict(rule, value, at)

const timesOf = (desk: RuleDesk, rule: ValueRule): LatchTimes => ({
  forMs: rule.forMs,
  clearForMs: rule.clearForMs,
  lifeSafety: rule.kind === 'boolean' && rule.lifeSafety,
  lateSettleMs: desk.book.lateSettleMs,
  autoClearMs: rule.kind === 'boolean' ? rule.autoClearMs : 0,
})

function judge(desk: RuleDesk, cell: ValueCell, seen: Observation): readonly Effect[] {
  const { phase, dueAt, since, value, valueTs } = cell
  const outcome = latch(cell, timesOf(desk, cell.rule), seen)
  if (phase !== cell.phase || dueAt !== cell.dueAt || since !== cell.since) desk.changed(cell)
  if (outcome === null) return nothing
  // What is told is the value that alarmed, not the one that ended it.
  if (outcome === 'raise-and-clear') {
    cell.value = value
    cell.valueTs = valueTs
    cell.since = since
  }
  const effects = report(desk, cell, outcome, seen)
  if (outcome === 'raise-and-clear') cell.value = null
  return effects
}

function report(
  desk: RuleDesk,
  cell: ValueCell,
  outcome: Outcome,
  seen: { readonly at: number; readonly value: Reading['value'] | null },
): Effect[] {
  const effects: Effect[] = []
  const { rule, entry } = cell
  if (outcome !== 'clear') {
    const value = cell.value ?? seen.value ?? true
    const evidence = [readingEvidence(entry.id, rule.reading, cell.valueTs, value)]
    const heldMs = Math.max(rule.forMs, cell.valueTs - cell.since)
    effects.push(
      ...desk.raised(cell, raiseOf(cell, { at: cell.since + rule.forMs, heldMs, evidence })),
    )
  }
  if (outcome !== 'raise') {
    const evidence =
      seen.value === null ? [] : [readingEvidence(entry.id, rule.reading, seen.at, seen.value)]
    effects.push(...desk.cleared(cell, clearOf(cell, seen.at, evidence)))
  }
  return effects
}

function isStale(entry: DeviceEntry, now: number): boolean {
  const interval = intervalOf(entry)
  return interval !== null && entry.seenAt !== null && now - entry.seenAt > staleReports * interval
}

function fireValue(desk: RuleDesk, cell: ValueCell, now: number): readonly Effect[] {
  const { rule, entry } = cell
  desk.changed(cell)
  if (cell.phase === 'pending') {
    const lifeSafety = rule.kind === 'boolean' && rule.lifeSafety
    if (!lifeSafety && isStale(entry, now)) return nothing
    if (rule.kind === 'boolean' && rule.window !== undefined && !inWindow(rule.window, now))
      return nothing
  }
  const outcome = latchDue(cell, timesOf(desk, rule), now)
  desk.changed(cell)
  return outcome === null ? nothing : report(desk, cell, outcome, { at: now, value: null })
}

/** Everything whose time has come at `now`, in the order of its deadlines. */
export function fireDue(desk: RuleDesk, now: number): readonly Effect[] {
  let cell = desk.due.takeDue(now)
  if (cell === null) return nothing
  const effects: Effect[] = []
  for (; cell !== null; cell = desk.due.takeDue(now)) effects.push(...fire(desk, cell, now))
  return effects
}

function fire(desk: RuleDesk, cell: Cell, now: number): readonly Effect[] {
  switch (cell.rule.kind) {
    case 'threshold':
    case 'boolean':
      return fireValue(desk, cell as ValueCell, now)
    case 'camera':
      return fireCamera(desk, cell, cell.rule)
    case 'missing':
    case 'track':
    case 'expression':
      return nothing
  }
}
