import type { LadderItem, LadderReceipt, LadderStepItem } from '../../contracts/http/ladder.ts'
import type { LadderAnswer, LadderHow } from '../../contracts/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Actor } from '../auth/principal.ts'
import { fromJson, fromJsonOrNull } from '../db/json.ts'
import { type Run, type StepRow, nameOf, toldOf } from './ladder-rows.ts'

/** A run as people see it, with the receipts of its messages. */
export function ladderItem(run: Run, receipts: readonly LadderReceipt[]): LadderItem {
  const { row, steps } = run
  return {
    id: row.id,
    ticket: row.ticket,
    ladder: row.ladder,
    version: row.version,
    name: fromJson(row.name) as LocalText,
    status: row.status as LadderItem['status'],
    takenBy: fromJsonOrNull(row.taken_by) as Actor | null,
    heldUntil: row.held_until,
    callSheet: fromJson(row.call_sheet) as LadderItem['callSheet'],
    startedAt: row.created_at,
    endedAt: row.ended_at,
    steps: steps.map((step) => stepItem(step, receipts)),
  }
}

function stepItem(step: StepRow, receipts: readonly LadderReceipt[]): LadderStepItem {
  const ids = new Set(fromJson(step.notices) as string[])
  return {
    id: step.id,
    who: step.who as LadderStepItem['who'],
    how: fromJson(step.how) as LadderHow[],
    name: nameOf(step),
    state: step.state as LadderStepItem['state'],
    waitMs: step.wait_ms,
    startedAt: step.started_at,
    dueAt: step.due_at,
    endedAt: step.ended_at,
    answer: step.answer as LadderAnswer | null,
    by: fromJsonOrNull(step.answered_by) as Actor | null,
    note: step.note,
    told: toldOf(step).map((one) => ({ ...one })),
    receipts: receipts.filter(({ id }) => ids.has(id)),
  }
}
