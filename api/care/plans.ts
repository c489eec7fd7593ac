import type { Selectable } from 'kysely'
import type {
  CareLevel,
  CarePlansFile,
  VisitForm,
  VisitSchedule,
} from '../../contracts/care-plan.ts'
import { dayMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type {
  PlanBody,
  PlanItem,
  PlanNotes,
  VisitStateItem,
} from '../../contracts/http/care-plans.ts'
import type { Actor } from '../auth/principal.ts'
import { fromJson, fromJsonOrNull, toJsonOrNull } from '../db/json.ts'
import type { CarePlansTable } from '../db/ladder-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import type { ResidentRow } from '../people/residents.ts'
import type { Calendar } from './calendar.ts'
import { visitState } from './visit-schedule.ts'

export type PlanRow = Selectable<CarePlansTable>

export interface PlanDeps {
  readonly plans: CarePlansFile
  readonly calendar: Calendar
}

export async function findPlan(db: Db | Trx, resident: string): Promise<PlanRow | null> {
  const row = await db
    .selectFrom('care_plans')
    .selectAll()
    .where('resident', '=', resident)
    .executeTakeFirst()
  return row ?? null
}

/** Writes a plan; what was due before it is not held against anybody. */
export async function putPlan(
  trx: Trx,
  deps: PlanDeps,
  resident: ResidentRow,
  body: PlanBody,
  by: Actor,
  now: number,
): Promise<PlanRow> {
  levelOf(deps, body.level)
  if (body.worker != null) await checkWorker(trx, body.worker, resident.community)
  const before = await findPlan(trx, resident.id)
  const schedule = toJsonOrNull(body.schedule)
  const emergency = body.emergency ?? null
  const row: PlanRow = {
    resident: resident.id,
    community: resident.community,
    level: body.level,
    schedule,
    worker: body.worker ?? null,
    notes: JSON.stringify(body.notes ?? {}),
    emergency: emergency === null ? null : JSON.stringify({ ...emergency, at: now }),
    since: before !== null && before.schedule === schedule ? before.since : now,
    updated_at: now,
    updated_by: by.id,
  }
  await trx
    .insertInto('care_plans')
    .values(row)
    .onConflict((conflict) => conflict.column('resident').doUpdateSet(row))
    .execute()
  return row
}

function levelOf(deps: PlanDeps, id: string): CareLevel {
  const level = deps.plans.levels.find((one) => one.id === id)
  if (level === undefined) throw new CodedError('request.invalid', `no level ${id}`)
  return level
}

async function checkWorker(trx: Trx, id: string, community: string): Promise<void> {
  const user = await trx
    .selectFrom('users')
    .select(['areas', 'disabled'])
    .where('id', '=', id)
    .executeTakeFirst()
  const fits =
    user !== undefined &&
    user.disabled === 0 &&
    (fromJson(user.areas) as string[]).includes(community)
  if (!fits) throw new CodedError('request.invalid', `worker ${id} does not work in ${community}`)
}

export async function planItem(db: Db | Trx, deps: PlanDeps, row: PlanRow): Promise<PlanItem> {
  const worker =
    row.worker === null
      ? undefined
      : await db
          .selectFrom('users')
          .select(['id', 'name'])
          .where('id', '=', row.worker)
          .executeTakeFirst()
  return {
    level: levelShown(deps, row.level),
    schedule: fromJsonOrNull(row.schedule) as VisitSchedule | null,
    worker: worker ?? null,
    notes: fromJson(row.notes) as PlanNotes,
    emergency: fromJsonOrNull(row.emergency) as PlanItem['emergency'],
    since: row.since,
    updatedAt: row.updated_at,
  }
}

/** A level that the file no longer has is shown by its id, and nothing is due by it. */
const levelShown = (deps: PlanDeps, id: string): CareLevel =>
  deps.plans.levels.find((one) => one.id === id) ?? { id, name: { zh: id, en: id }, perWeek: 0 }

export async function visitsOf(
  db: Db | Trx,
  deps: PlanDeps,
  resident: string,
  plan: PlanRow | null,
  now: number,
): Promise<VisitStateItem> {
  const rows = await db
    .selectFrom('visits')
    .select('at')
    .where('resident', '=', resident)
    .where('seen', '=', 1)
    .where('at', '>', now - 30 * dayMs)
    .execute()
  return visitState(
    {
      schedule: plan === null ? null : (fromJsonOrNull(plan.schedule) as VisitSchedule | null),
      perWeek: plan === null ? 0 : levelShown(deps, plan.level).perWeek,
      seenAt: rows.map(({ at }) => at),
      since: plan?.since ?? now,
    },
    deps.calendar,
    now,
  )
}

/** Answers must fit the questions; those of an older form are refused by name. */
export function checkForm(deps: PlanDeps, form: VisitForm): void {
  for (const [id, answer] of Object.entries(form)) {
    const question = deps.plans.form.find((one) => one.id === id)
    if (question === undefined) throw new CodedError('request.invalid', `form: no question ${id}`)
    const fits =
      question.kind === 'yes-no'
        ? typeof answer === 'boolean'
        : question.kind === 'text'
          ? typeof answer === 'string'
          : question.options.some((option) => option.id === answer)
    if (!fits) throw new CodedError('request.invalid', `form: ${id} cannot be ${String(answer)}`)
  }
}
