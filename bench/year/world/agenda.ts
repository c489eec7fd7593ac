import { dayMs, hourMs } from '../../../contracts/clock.ts'
import type { YearParameters } from '../parameters.ts'
import { Chance } from './chance.ts'
import type { Span } from './events.ts'
import type { HomePlan } from './home.ts'
import { type Journey, journeysOf } from './journeys.ts'

/** What stands in a home's diary, planned at the beginning or put in as things happen. */
export type Agenda =
  | {
      readonly at: number
      readonly what: 'tell'
      readonly elder: string
      readonly journey: Journey
    }
  | { readonly at: number; readonly what: 'awaited'; readonly elder: string; readonly away: string }
  | {
      readonly at: number
      readonly what: 'depart'
      readonly elder: string
      readonly journey: Journey
    }
  | {
      readonly at: number
      readonly what: 'return' | 'closed' | 'chance' | 'respond'
      readonly elder: string
    }
  | { readonly at: number; readonly what: 'fall'; readonly elder: string }
  | { readonly at: number; readonly what: 'visitor' | 'carer' }
  | { readonly at: number; readonly what: 'guests'; readonly until: number }

const weekMs = 7 * dayMs

const perYear = (perWeek: number): number => (perWeek * 365 * dayMs) / weekMs

/** The year as it is planned: journeys, guests, callers, and the falls that nobody plans. */
export function agendaOf(
  parameters: YearParameters,
  year: Span,
  seed: number,
  plan: HomePlan,
): Agenda[] {
  const { absence, people, emergency, utcOffsetMs } = parameters
  const chance = new Chance(seed, `agenda ${plan.id}`)
  const agenda: Agenda[] = []
  let first: readonly Journey[] = []
  for (const [index, { id }] of plan.elders.entries()) {
    const own = journeysOf(parameters, year, new Chance(seed, `journeys ${id}`))
    const joint = first.filter(() => chance.is(absence.jointShare))
    const journeys = index === 0 ? own : mixed(joint, own)
    if (index === 0) first = own
    for (const journey of journeys) {
      if (journey.announced) agenda.push({ at: journey.toldAt, what: 'tell', elder: id, journey })
      agenda.push({ at: journey.from, what: 'depart', elder: id, journey })
    }
    for (const at of chance.moments(
      year.from + 2 * dayMs,
      year.to - 2 * dayMs,
      emergency.perElderYear,
    ))
      agenda.push({ at, what: 'fall', elder: id })
  }
  const byDay = (at: number): number => {
    const day = Math.floor((at + utcOffsetMs) / dayMs) * dayMs - utcOffsetMs
    return Math.round(day + chance.between(9, 20) * hourMs)
  }
  for (const at of chance.moments(year.from, year.to, perYear(people.visitorsPerWeek)))
    agenda.push({ at: byDay(at), what: 'visitor' })
  for (const at of chance.moments(year.from, year.to, people.guestsPerYear)) {
    const until = Math.round(at + dayMs + chance.wait((people.guestDays - 1) * dayMs))
    agenda.push({ at, what: 'guests', until })
  }
  if (plan.hasCarer)
    for (let at = year.from; at < year.to; at += weekMs / people.carerVisitsPerWeek)
      agenda.push({ at: byDay(at), what: 'carer' })
  return agenda.sort((a, b) => a.at - b.at)
}

/** The other's journeys on which one goes along, and one's own between them. */
function mixed(joint: readonly Journey[], own: readonly Journey[]): Journey[] {
  const apart = own.filter(({ from, to }) =>
    joint.every((journey) => to < journey.from - dayMs || from > journey.to + dayMs),
  )
  return [...joint, ...apart].sort((a, b) => a.from - b.from)
}
