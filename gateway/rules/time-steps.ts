import type { Cell } from './cell.ts'
import type { RuleDesk } from './rule-desk.ts'

/**
 * We were not there from `from` to `to`: what devices said meanwhile may still be on its way. The pause is
 * no silence of theirs, and what was about to ripen waits for their word.
 */
export function pauseEnded(desk: RuleDesk, from: number, to: number): void {
  desk.settleUntil(to + desk.book.settleMs)
  const pauseMs = Math.max(0, to - from)
  for (const entry of desk.entries()) {
    if (entry.seenAt !== null) entry.seenAt += pauseMs
    if (entry.seenAt !== null) desk.touch(entry)
    for (const cell of entry.cells.values()) {
      if (cell.dueAt === null || cell.rule.kind === 'missing') continue
      const settleMs = cell.rule.kind === 'camera' ? desk.book.settleMs : desk.book.lateSettleMs
      cell.dueAt = Math.max(cell.dueAt, to + settleMs)
      desk.changed(cell)
    }
  }
}

const span = (cell: Cell): number => {
  const { rule } = cell
  if (rule.kind === 'missing' || rule.kind === 'track') return 0
  const clearForMs = rule.kind === 'camera' ? 0 : rule.clearForMs
  const autoClearMs = rule.kind === 'boolean' ? rule.autoClearMs : 0
  return Math.max(rule.forMs, clearForMs, autoClearMs)
}

/** Our own clock was set back: no deadline may lie further ahead than its whole duration. */
export function clockSetBack(desk: RuleDesk, now: number): void {
  desk.settleUntil(now + desk.book.settleMs)
  for (const entry of desk.entries()) {
    if (entry.seenAt !== null) entry.seenAt = Math.min(entry.seenAt, now)
    if (entry.clock !== null) entry.clock = { ...entry.clock, receivedAt: now }
    for (const last of entry.applied.values()) last.ts = Math.min(last.ts, now)
    desk.touch(entry)
    for (const cell of entry.cells.values()) {
      cell.since = Math.min(cell.since, now)
      cell.heardAt = Math.min(cell.heardAt, now)
      cell.presentAt = Math.min(cell.presentAt, now)
      if (cell.dueAt !== null) cell.dueAt = Math.min(cell.dueAt, now + span(cell))
      desk.changed(cell)
    }
  }
}
