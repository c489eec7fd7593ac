import { type Clock, minuteMs } from '../../contracts/clock.ts'
import { reportAnomaly } from '../anomalies/report.ts'
import { clearAnomaly } from '../anomalies/clear.ts'
import { systemActor } from '../auth/principal.ts'
import { fromJsonOrNull } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import type { ResidentRow } from '../people/residents.ts'
import type { TicketDeps } from '../tickets/record.ts'
import type { Deadlines } from '../timers/deadlines.ts'
import type { SteadyClock } from '../timers/steady-clock.ts'
import type { Place } from '../../contracts/place.ts'
import { type PlanDeps, type PlanRow, findPlan, visitsOf } from './plans.ts'

export interface OverdueDeps extends PlanDeps {
  readonly clock: Clock
  readonly community: string
  readonly tickets: TicketDeps
  readonly deadlines: Deadlines
  readonly steady: SteadyClock
}

const everyMs = minuteMs
/** A clock that was just set is looked at for a while before visits are judged by it. */
const settleMs = 10 * minuteMs
const kind = 'overdue-visits'
const keyOf = (resident: string): string => `care.visit-overdue:${resident}`

/** Looks once a minute which visits are late, and files each once; a visit ends it. */
export class OverdueVisits {
  readonly #deps: OverdueDeps
  skipped = 0

  constructor(deps: OverdueDeps) {
    this.#deps = deps
    deps.deadlines.handle(kind, (trx) => this.#look(trx))
  }

  async begin(trx: Trx): Promise<void> {
    await this.#deps.deadlines.schedule(trx, { id: kind, kind, payload: {}, afterMs: 0 })
  }

  /** After a visit or a change of plan: at once, for this person. */
  async check(trx: Trx, resident: ResidentRow, now: number): Promise<void> {
    const plan = await findPlan(trx, resident.id)
    const { overdue } = await visitsOf(trx, this.#deps, resident.id, plan, now)
    const open = await trx
      .selectFrom('tickets')
      .select('id')
      .where('anomaly_key', '=', keyOf(resident.id))
      .where('open_key', 'is not', null)
      .executeTakeFirst()
    if (overdue !== null && open === undefined && plan !== null) {
      if (!(await isAway(trx, resident.id, now)))
        await this.#report(trx, resident, plan, overdue, now)
    } else if (overdue === null && open !== undefined)
      await this.#clear(trx, resident, open.id, now)
  }

  async #look(trx: Trx): Promise<void> {
    const { steady, clock, deadlines } = this.#deps
    await deadlines.schedule(trx, { id: kind, kind, payload: {}, afterMs: everyMs })
    const jump = steady.lastJump
    if (steady.doubt || (jump !== null && steady.now() - jump.atSteadyMs < settleMs)) {
      this.skipped += 1
      return
    }
    const residents = await trx
      .selectFrom('residents')
      .innerJoin('care_plans', 'care_plans.resident', 'residents.id')
      .selectAll('residents')
      .execute()
    for (const resident of residents) await this.check(trx, resident, clock())
  }

  async #report(
    trx: Trx,
    resident: ResidentRow,
    plan: PlanRow,
    overdue: { readonly to: number },
    now: number,
  ): Promise<void> {
    const who = resident.honorific === '' ? resident.name : resident.honorific
    const place = await placeOfHome(trx, resident)
    await reportAnomaly(
      trx,
      this.#deps.tickets,
      {
        id: `visit-overdue:${resident.id}:${overdue.to}`,
        type: 'care.visit-overdue',
        key: keyOf(resident.id),
        community: resident.community,
        subject: { kind: 'resident', id: resident.id, name: resident.name },
        ...(place === null ? {} : { place }),
        title: { zh: `${who}的走访到期未做`, en: `The visit to ${who} is overdue` },
        raisedAt: overdue.to,
        rule: { id: 'visit-overdue', version: `${plan.updated_at}` },
      },
      this.#context(now),
    )
  }

  async #clear(trx: Trx, resident: ResidentRow, ticket: string, now: number): Promise<void> {
    await clearAnomaly(
      trx,
      this.#deps.tickets,
      {
        id: `visit-done:${ticket}`,
        key: keyOf(resident.id),
        community: resident.community,
        clearedAt: now,
        reason: { zh: '走访已做', en: 'The visit was made' },
        resolves: true,
      },
      this.#context(now),
    )
  }

  #context(now: number) {
    return { actor: systemActor, ownCommunity: this.#deps.community, watchlist: false, now }
  }
}

async function isAway(trx: Trx, resident: string, now: number): Promise<boolean> {
  const row = await trx
    .selectFrom('suspensions')
    .select('id')
    .where('resident', '=', resident)
    .where('from_at', '<=', now)
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', now)]))
    .executeTakeFirst()
  return row !== undefined
}

export async function placeOfHome(
  trx: Pick<Trx, 'selectFrom'>,
  resident: Pick<ResidentRow, 'household'>,
): Promise<Place | null> {
  if (resident.household === null) return null
  const row = await trx
    .selectFrom('households')
    .select('place')
    .where('id', '=', resident.household)
    .executeTakeFirst()
  return row === undefined ? null : (fromJsonOrNull(row.place) as Place | null)
}
