import type { Unit } from '../../contracts/http/org.ts'
import type { Place, Subject } from '../../contracts/place.ts'
import { fromJson, fromJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { type ResidentRow, findResident } from '../people/residents.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import { contactsOf } from './contacts.ts'
import type { StepRow, Told } from './ladder-rows.ts'
import type { Recipient } from '../notify/recipient.ts'

/** Sirens and loudspeakers of one alarm at most. */
const alarmsMax = 50
const alarmTypes = ['siren', 'speaker'] as const

export interface Reached {
  readonly to: readonly Recipient[]
  readonly told: readonly Told[]
}

interface Worker {
  readonly id: string
  readonly name: string
  readonly unit: string | null
}

export const placeOf = (ticket: TicketRow): Place | null =>
  fromJsonOrNull(ticket.place) as Place | null

/** The person that a ticket is about; of a home, the one who is looked after comes first. */
export async function residentOf(db: Db | Trx, ticket: TicketRow): Promise<ResidentRow | null> {
  const subject = fromJsonOrNull(ticket.subject) as Subject | null
  if (subject?.kind === 'resident') return findResident(db, subject.id)
  const home =
    subject?.kind === 'household' ? subject.id : await homeOf(db, ticket.community, subject, ticket)
  if (home === null) return null
  const people = await db
    .selectFrom('residents')
    .selectAll()
    .where('household', '=', home)
    .orderBy('id')
    .limit(20)
    .execute()
  return people.find(({ watch }) => watch !== null) ?? people[0] ?? null
}

async function homeOf(
  db: Db | Trx,
  community: string,
  subject: Subject | null,
  ticket: TicketRow,
): Promise<string | null> {
  const id = subject?.kind === 'device' ? subject.id : ticket.source_device
  if (id === null) return null
  const device = await db
    .selectFrom('devices')
    .select('household')
    .where('community', '=', community)
    .where('id', '=', id)
    .executeTakeFirst()
  return device?.household ?? null
}

/** People of a role who work in a community. */
export async function workers(trx: Db | Trx, role: string, community: string): Promise<Worker[]> {
  const rows = await trx
    .selectFrom('users')
    .select(['id', 'name', 'areas', 'unit'])
    .where('role', '=', role)
    .where('disabled', '=', 0)
    .orderBy('id')
    .limit(500)
    .execute()
  return rows.filter(
    ({ areas }) => role === 'admin' || (fromJson(areas) as string[]).includes(community),
  )
}

/** Who goes: whoever is named in the plan of care, else those of the grid, else all of the community. */
export async function gridWorkers(
  trx: Trx,
  ticket: TicketRow,
  resident: string | null,
): Promise<Worker[]> {
  const all = await workers(trx, 'grid', ticket.community)
  if (resident !== null) {
    const plan = await trx
      .selectFrom('care_plans')
      .select('worker')
      .where('resident', '=', resident)
      .executeTakeFirst()
    const named = all.filter(({ id }) => id === plan?.worker)
    if (named.length > 0) return named
  }
  const grid = placeOf(ticket)?.grid
  const near = all.filter(({ unit }) => grid !== undefined && unit === grid)
  return near.length > 0 ? near : all
}

/** Staff of the community; where it has none, whoever keeps the box. */
export async function onDuty(trx: Trx, community: string): Promise<Worker[]> {
  const staff = await workers(trx, 'staff', community)
  return staff.length > 0 ? staff : workers(trx, 'admin', community)
}

export function streetOf(units: readonly Unit[], community: string): string | null {
  let unit = units.find(({ id }) => id === community)
  for (let depth = 0; unit !== undefined && depth < 10; depth += 1) {
    if (unit.kind === 'street') return unit.id
    const { parent } = unit
    unit = parent === null ? undefined : units.find(({ id }) => id === parent)
  }
  return null
}

const ofWorkers = (people: readonly Worker[]): Reached => ({
  to: people.map(({ id }) => ({ kind: 'user', id })),
  told: people.map(({ id, name }) => ({ kind: 'user', id, name })),
})
const nobody: Reached = { to: [], told: [] }

/** Whom a step reaches; nobody where there is nobody, which passes the step over. */
export async function reachedBy(
  trx: Trx,
  units: readonly Unit[],
  step: StepRow,
  ticket: TicketRow,
  resident: ResidentRow | null,
): Promise<Reached> {
  switch (step.who) {
    case 'resident':
      return resident === null ? nobody : ofResident(resident)
    case 'family':
      return ofContact(trx, resident, step.target)
    case 'grid':
      return ofWorkers(await gridWorkers(trx, ticket, resident?.id ?? null))
    case 'community':
      return ofWorkers(await onDuty(trx, ticket.community))
    case 'street':
      return ofStreet(trx, units, ticket.community)
    case 'unit':
      return ofUnit(trx, units, step.target)
    case 'group':
      return step.target === null
        ? nobody
        : {
            to: [{ kind: 'group', channel: step.target }],
            told: [{ kind: 'group', id: step.target, name: step.target }],
          }
    case 'alarms':
      return ofAlarms(trx, ticket)
    default:
      throw new Error(`invariant broken: nobody knows who ${step.who} is`)
  }
}

function ofResident(resident: ResidentRow): Reached {
  const { id, name, phone, honorific } = resident
  if (phone === null) return nobody
  return {
    to: [{ kind: 'contact', id, name: honorific, phone, email: null, language: 'zh' }],
    told: [{ kind: 'resident', id, name }],
  }
}

async function ofContact(
  trx: Trx,
  resident: ResidentRow | null,
  id: string | null,
): Promise<Reached> {
  const contacts = resident === null ? [] : await contactsOf(trx, resident.id)
  const contact = contacts.find((one) => one.id === id)
  if (contact === undefined) return nobody
  const { name, phone, email } = contact
  const language = contact.language === 'en' ? 'en' : 'zh'
  return {
    to: [{ kind: 'contact', id: contact.id, name, phone, email, language }],
    told: [{ kind: 'contact', id: contact.id, name: `${contact.relation} ${name}`.trim() }],
  }
}

async function ofStreet(trx: Trx, units: readonly Unit[], community: string): Promise<Reached> {
  const street = streetOf(units, community)
  const there = street === null ? nobody : await ofUnit(trx, units, street)
  const above = ofWorkers(await workers(trx, 'supervisor', community))
  return { to: [...there.to, ...above.to], told: [...there.told, ...above.told] }
}

/** Those who work in a unit; where nobody does, a message to it would reach nobody. */
async function ofUnit(trx: Trx, units: readonly Unit[], unit: string | null): Promise<Reached> {
  const known = units.find(({ id }) => id === unit)
  if (unit === null || known === undefined) return nobody
  const people = await trx
    .selectFrom('users')
    .select('id')
    .where('unit', '=', unit)
    .where('disabled', '=', 0)
    .limit(1)
    .execute()
  if (people.length === 0) return nobody
  return {
    to: [{ kind: 'unit', id: unit }],
    told: [{ kind: 'unit', id: unit, name: known.name.zh }],
  }
}

/** Sirens and loudspeakers of the same grid, else of the community. */
async function ofAlarms(trx: Trx, ticket: TicketRow): Promise<Reached> {
  const devices = await trx
    .selectFrom('devices')
    .select(['id', 'name', 'place'])
    .where('community', '=', ticket.community)
    .where('type', 'in', [...alarmTypes])
    .where('state', '=', 'approved')
    .orderBy('id')
    .limit(500)
    .execute()
  const grid = placeOf(ticket)?.grid
  const near = devices.filter(
    ({ place }) => grid !== undefined && (fromJsonOrNull(place) as Place | null)?.grid === grid,
  )
  const used = (near.length > 0 ? near : devices).slice(0, alarmsMax)
  return {
    to: used.map(({ id }) => ({ kind: 'device', id })),
    told: used.map(({ id, name }) => ({ kind: 'device', id, name })),
  }
}
