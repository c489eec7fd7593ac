import type { Evidence } from '../../contracts/anomaly.ts'
import type { CallSheet } from '../../contracts/http/ladder.ts'
import type { PlanNotes } from '../../contracts/http/care-plans.ts'
import type { Unit } from '../../contracts/http/org.ts'
import type { Place } from '../../contracts/place.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Principal } from '../auth/principal.ts'
import { ageOn } from '../consents/age.ts'
import { fromJson, fromJsonOrNull } from '../db/json.ts'
import type { Db } from '../db/open.ts'
import { maskName, maskPhone, seesPeople } from '../people/mask.ts'
import type { ResidentRow } from '../people/residents.ts'
import { evidenceOf, type TicketRow } from '../tickets/ticket-row.ts'
import { secondFile } from '../tickets/record.ts'
import { contactItem, contactsOf } from './contacts.ts'
import { placeOf, residentOf } from './ladder-people.ts'
import { runOf } from './ladder-rows.ts'
import { placeOfHome } from './overdue-visits.ts'
import { findPlan } from './plans.ts'
import { nearestGates } from './gates.ts'

export interface SheetAsk {
  readonly units: readonly Unit[]
  /** `YYYY-MM-DD`, for ages. */
  readonly today: string
  readonly now: number
}

const peopleMax = 12
const sensorsMax = 12
const doneMax = 20

/** What one says to 119 or 120, gathered at the moment it is asked for. */
export async function callSheet(
  db: Db,
  ticket: TicketRow,
  principal: Principal,
  { units, today, now }: SheetAsk,
): Promise<CallSheet> {
  const resident = await residentOf(db, ticket)
  const place = placeOf(ticket) ?? (resident === null ? null : await placeOfHome(db, resident))
  const run = await runOf(db, ticket.id)
  const numbers = run === null ? [] : (fromJson(run.row.call_sheet) as CallSheet['numbers'])
  const people = resident === null ? [] : await household(db, resident)
  const contacts = resident === null ? [] : await contactsOf(db, resident.id)
  const whole = seesPeople(principal.role)
  return {
    ticket: {
      id: ticket.id,
      number: ticket.number,
      title: { zh: ticket.title, en: ticket.title_en ?? ticket.title },
      type: ticket.anomaly_type as CallSheet['ticket']['type'],
      severity: ticket.severity as CallSheet['ticket']['severity'],
      openedAt: ticket.created_at,
    },
    numbers: numbers.length > 0 ? numbers : ['120', '119'],
    address: addressOf(place, communityName(units, ticket.community)),
    people: await Promise.all(people.map((one) => personOf(db, one, whole, today))),
    contacts: contacts.map((row) => contactItem(row, principal.role, whole)),
    sensors: await sensorWords(db, ticket),
    gates: await nearestGates(db, ticket.community, place),
    done: await doneSoFar(db, ticket),
    madeAt: now,
  }
}

/** `6 号楼 2 单元 301`: the parts that one is asked for on the telephone. */
function addressOf(place: Place | null, community: LocalText): CallSheet['address'] {
  const name = place?.name ?? ''
  const part = (pattern: RegExp): string | null => pattern.exec(name)?.[1] ?? null
  const room = part(/(?:单元|unit|\s|^)\s*(\d{3,4})(?:\s*[室房])?\s*$/iu)
  const floor =
    part(/(\d{1,3})\s*[层楼](?!号)(?!栋)/u) ?? (room === null ? null : room.slice(0, -2))
  const position =
    place?.lat === undefined || place.lon === undefined ? null : { lat: place.lat, lon: place.lon }
  return {
    said: { zh: `${community.zh} ${name}`.trim(), en: `${name}, ${community.en}`.trim() },
    place,
    building: part(/(\d+\s*(?:号楼|栋|幢))/u),
    entrance: part(/(\d+\s*单元)/u),
    floor,
    room,
    position,
  }
}

const communityName = (units: readonly Unit[], id: string): LocalText =>
  units.find((unit) => unit.id === id)?.name ?? { zh: id, en: id }

async function household(db: Db, resident: ResidentRow): Promise<ResidentRow[]> {
  if (resident.household === null) return [resident]
  const rows = await db
    .selectFrom('residents')
    .selectAll()
    .where('household', '=', resident.household)
    .orderBy('id')
    .limit(peopleMax)
    .execute()
  return [resident, ...rows.filter(({ id }) => id !== resident.id)]
}

async function personOf(
  db: Db,
  person: ResidentRow,
  whole: boolean,
  today: string,
): Promise<CallSheet['people'][number]> {
  const plan = await findPlan(db, person.id)
  const shared = fromJsonOrNull(plan?.emergency ?? null) as { share: (keyof PlanNotes)[] } | null
  const notes = plan === null ? {} : (fromJson(plan.notes) as PlanNotes)
  const { phone, birth_date: birth } = person
  return {
    id: person.id,
    name: whole ? person.name : maskName(person.name),
    honorific: whole ? person.honorific : maskName(person.honorific),
    age: birth === null || !whole ? null : ageOn(birth, today),
    phone: phone === null || whole ? phone : maskPhone(phone),
    // Without the person's agreement not even the ambulance reads it here.
    notes: (whole ? (shared?.share ?? []) : []).flatMap((what) => {
      const text = notes[what] ?? ''
      return text === '' ? [] : [{ what, text }]
    }),
  }
}

async function sensorWords(db: Db, ticket: TicketRow): Promise<CallSheet['sensors']> {
  const rows = await db
    .selectFrom('ticket_evidence')
    .select('body')
    .where('ticket_id', '=', ticket.id)
    .where('body', '!=', secondFile)
    .orderBy('seq', 'desc')
    .limit(sensorsMax)
    .execute()
  return rows.flatMap(({ body }) => wordsOf(evidenceOf(body)))
}

function wordsOf(item: Evidence): CallSheet['sensors'] {
  switch (item.kind) {
    case 'reading': {
      const value = `${item.device} ${item.reading} = ${String(item.value)}${item.unit ?? ''}`
      return [{ at: item.ts, text: { zh: value, en: value } }]
    }
    case 'event':
    case 'note':
      return [{ at: item.ts, text: item.text }]
    case 'frame':
      return [
        { at: item.ts, text: { zh: `${item.device} 有画面`, en: `Picture of ${item.device}` } },
      ]
    case 'coverage': {
      const hours = (item.coveredMs / 3_600_000).toFixed(1)
      const text = { zh: `此前看守到 ${hours} 小时`, en: `Watched for ${hours} h before` }
      return [{ at: item.to, text }]
    }
    case 'clip':
      return []
  }
}

async function doneSoFar(db: Db, ticket: TicketRow): Promise<CallSheet['done']> {
  const rows = await db
    .selectFrom('ticket_timeline')
    .select(['ts', 'kind', 'note', 'note_en'])
    .where('ticket_id', '=', ticket.id)
    .where('note', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(doneMax)
    .execute()
  return rows.toReversed().map(({ ts, note, note_en: en }) => ({
    at: ts,
    text: { zh: note ?? '', en: en ?? note ?? '' },
  }))
}
