import type { Insertable, Selectable } from 'kysely'
import type { LadderAnswer, LadderHow, LadderWho } from '../../contracts/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Actor } from '../auth/principal.ts'
import { fromJson, fromJsonOrNull, toJsonOrNull } from '../db/json.ts'
import type { LadderRunsTable, LadderStepsTable } from '../db/ladder-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import type { LadderState, LadderStatus, StepState, StepStateName } from './ladder-state.ts'

export type RunRow = Selectable<LadderRunsTable>
export type StepRow = Selectable<LadderStepsTable>

/** Who a step reached, as it was then: names may change. */
export interface Told {
  readonly kind: string
  readonly id: string
  readonly name: string
}

export interface Run {
  readonly row: RunRow
  readonly steps: readonly StepRow[]
}

/** The newest run of a ticket; a matter that comes again while its ticket is open has another. */
export async function runOf(db: Db | Trx, ticket: string): Promise<Run | null> {
  const row = await db
    .selectFrom('ladder_runs')
    .selectAll()
    .where('ticket', '=', ticket)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : { row, steps: await stepsOf(db, row.id) }
}

export async function runById(db: Db | Trx, id: string): Promise<Run | null> {
  const row = await db.selectFrom('ladder_runs').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : { row, steps: await stepsOf(db, row.id) }
}

const stepsOf = (db: Db | Trx, run: string): Promise<StepRow[]> =>
  db.selectFrom('ladder_steps').selectAll().where('run', '=', run).orderBy('position').execute()

export async function insertRun(
  trx: Trx,
  row: Insertable<LadderRunsTable>,
  steps: readonly Insertable<LadderStepsTable>[],
): Promise<void> {
  await trx.insertInto('ladder_runs').values(row).execute()
  if (steps.length > 0) {
    await trx
      .insertInto('ladder_steps')
      .values([...steps])
      .execute()
  }
}

export const stateOf = ({ row, steps }: Run): LadderState => ({
  status: row.status as LadderStatus,
  holdMs: row.hold_ms,
  steps: steps.map(stepOf),
})

const stepOf = (row: StepRow): StepState => ({
  id: row.id,
  who: row.who as LadderWho,
  how: fromJson(row.how) as LadderHow[],
  waitMs: row.wait_ms,
  parallel: row.parallel === 1,
  stops: fromJson(row.stops) as LadderAnswer[],
  state: row.state as StepStateName,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  answer: row.answer as LadderAnswer | null,
  by: fromJsonOrNull(row.answered_by) as Actor | null,
  note: row.note,
})

/** Writes what a move changed. A run that somebody else moved meanwhile is a lost race: the caller runs again. */
export async function saveState(
  trx: Trx,
  run: Run,
  next: LadderState,
  extra: { readonly takenBy?: Actor; readonly heldUntil?: number | null },
  now: number,
): Promise<Run> {
  const over = next.status === 'closed' || next.status === 'cancelled'
  const row: RunRow = {
    ...run.row,
    status: next.status,
    taken_by: extra.takenBy === undefined ? run.row.taken_by : JSON.stringify(extra.takenBy),
    held_until: extra.heldUntil === undefined ? run.row.held_until : extra.heldUntil,
    updated_at: now,
    ended_at: over ? (run.row.ended_at ?? now) : null,
    revision: run.row.revision + 1,
  }
  const saved = await trx
    .updateTable('ladder_runs')
    .set(row)
    .where('id', '=', row.id)
    .where('revision', '=', run.row.revision)
    .executeTakeFirst()
  if (saved.numUpdatedRows === 0n) {
    throw Object.assign(new Error(`ladder ${row.id} was moved meanwhile`), { code: '40001' })
  }
  const steps: StepRow[] = []
  for (const before of run.steps) {
    const step = next.steps.find(({ id }) => id === before.id)
    if (step === undefined) throw new Error(`invariant broken: step ${before.id} is gone`)
    const after: StepRow = {
      ...before,
      state: step.state,
      started_at: step.startedAt,
      due_at: step.startedAt === null ? null : step.startedAt + step.waitMs,
      ended_at: step.endedAt,
      answer: step.answer,
      answered_by: toJsonOrNull(step.by),
      note: step.note,
    }
    if (JSON.stringify(after) !== JSON.stringify(before)) await saveStep(trx, after)
    steps.push(after)
  }
  return { row, steps }
}

export async function saveStep(trx: Trx, step: StepRow): Promise<void> {
  await trx
    .updateTable('ladder_steps')
    .set(step)
    .where('run', '=', step.run)
    .where('position', '=', step.position)
    .execute()
}

export const toldOf = (step: StepRow): readonly Told[] => fromJson(step.told) as Told[]
export const nameOf = (step: StepRow): LocalText => fromJson(step.name) as LocalText
