import type { CareItem } from '../../contracts/care.ts'
import type { Clock } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { CarePerson, PlanItem } from '../../contracts/http/care-plans.ts'
import type { Principal } from '../auth/principal.ts'
import { ageOn } from '../consents/age.ts'
import type { Db } from '../db/open.ts'
import { listVisits } from '../people/care.ts'
import { maskName, maskPhone, seesPeople } from '../people/mask.ts'
import type { ResidentRow } from '../people/residents.ts'
import { personOf } from '../tickets/act.ts'
import { openStatuses } from '../tickets/state-machine.ts'
import { maySee } from '../tickets/store.ts'
import { type TicketRow, summaryOf } from '../tickets/ticket-row.ts'
import { contactItem, contactsOf } from './contacts.ts'
import { ladderItem } from './ladder-item.ts'
import { receiptsOf } from './ladder-receipts.ts'
import { runOf } from './ladder-rows.ts'
import { placeOfHome } from './overdue-visits.ts'
import { type PlanDeps, findPlan, planItem, visitsOf } from './plans.ts'

export interface PersonDeps {
  readonly db: Db
  readonly clock: Clock
  readonly gateway: { care(community: string): Promise<readonly CareItem[]> }
  readonly care: PlanDeps
}

const ticketsMax = 20
const visitsMax = 5

/** All that somebody must know before they knock; masked for roles that only read figures. */
export async function readPerson(
  deps: PersonDeps,
  resident: ResidentRow,
  principal: Principal,
): Promise<CarePerson> {
  const { db, clock } = deps
  const now = clock()
  const whole = seesPeople(principal.role)
  const plan = await findPlan(db, resident.id)
  const tickets = await openTickets(db, resident, principal)
  const watched = await asTheBoxKnows(deps, resident, whole)
  const last = await listVisits(db, resident.id, visitsMax)
  return {
    resident: personShown(resident, whole, deps.care.calendar.dayOf(now)),
    community: resident.community,
    place: await placeOfHome(db, resident),
    ...watched,
    away: await absences(db, resident.id, now, whole),
    plan: plan === null ? null : planShown(await planItem(db, deps.care, plan), whole),
    visits: await visitsOf(db, deps.care, resident.id, plan, now),
    lastVisits: whole
      ? last
      : last.map((visit) => ({ ...visit, note: null, form: null, photos: [] })),
    contacts: (await contactsOf(db, resident.id)).map((row) =>
      contactItem(row, principal.role, whole),
    ),
    tickets: tickets.map((row) => summaryOf(row, personOf(principal))),
    ladder: whole ? await ladderOf(db, tickets) : null,
  }
}

/** Notes about health are for who goes there. */
const planShown = (plan: PlanItem, whole: boolean): PlanItem =>
  whole ? plan : { ...plan, notes: {}, emergency: null }

function personShown(
  { id, name, honorific, phone, birth_date: birth }: ResidentRow,
  whole: boolean,
  today: string,
): CarePerson['resident'] {
  return {
    id,
    name: whole ? name : maskName(name),
    honorific: whole ? honorific : maskName(honorific),
    phone: phone === null || whole ? phone : maskPhone(phone),
    age: birth === null || !whole ? null : ageOn(birth, today),
  }
}

async function asTheBoxKnows(
  { gateway }: PersonDeps,
  { id, community }: ResidentRow,
  whole: boolean,
): Promise<Pick<CarePerson, 'care' | 'boxAnswers'>> {
  try {
    const item = (await gateway.care(community)).find((one) => one.resident.id === id) ?? null
    if (item === null || whole) return { care: item, boxAnswers: true }
    const { name, honorific } = item.resident
    const resident = { id, name: maskName(name), honorific: maskName(honorific) }
    return { care: { ...item, resident }, boxAnswers: true }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { care: null, boxAnswers: false }
  }
}

async function openTickets(
  db: Db,
  resident: ResidentRow,
  principal: Principal,
): Promise<TicketRow[]> {
  const rows = await db
    .selectFrom('tickets')
    .selectAll()
    .where('community', '=', resident.community)
    .where('status', 'in', [...openStatuses])
    .where('subject', 'like', `%"id":${JSON.stringify(resident.id)}%`)
    .orderBy('created_at', 'desc')
    .limit(ticketsMax)
    .execute()
  return rows.filter((row) => maySee(principal, row))
}

/** The one that runs, else the newest. */
async function ladderOf(db: Db, tickets: readonly TicketRow[]): Promise<CarePerson['ladder']> {
  let newest: CarePerson['ladder'] = null
  for (const { id } of tickets) {
    const run = await runOf(db, id)
    if (run === null) continue
    const running = run.row.status === 'running' || run.row.status === 'held'
    if (running) return ladderItem(run, await receiptsOf(db, run))
    newest ??= ladderItem(run, await receiptsOf(db, run))
  }
  return newest
}

async function absences(
  db: Db,
  resident: string,
  now: number,
  whole: boolean,
): Promise<CarePerson['away']> {
  const rows = await db
    .selectFrom('suspensions')
    .selectAll()
    .where('resident', '=', resident)
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', now)]))
    .orderBy('from_at')
    .limit(20)
    .execute()
  return rows.map(({ id, from_at: from, to_at: to, reason, note }) => ({
    id,
    from,
    to,
    reason,
    note: whole ? note : null,
  }))
}
