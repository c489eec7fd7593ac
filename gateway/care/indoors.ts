import type { CareDesk } from './care-desk.ts'
import type { Home } from './home.ts'
import { lookedShare } from './looking.ts'
import { alarmedAt, type Person } from './person.ts'
import { decidableAt, homeOf, viewOf } from './view.ts'

/** What only somebody inside can make: who only opens the door, or lets water run, need not stay. */
const inside: ReadonlySet<string> = new Set(['motion', 'sos'])
export const isInside = (what: string | null): boolean => inside.has(what ?? '')

/** Last sign from inside a home; null where there has been none. */
export function insideAt(desk: CareDesk, home: Home): number | null {
  let last: number | null = null
  for (const { source } of desk.sourcesOf(home.id)) {
    const at = isInside(source.lastWhat) ? source.signs.at(-1) : undefined
    if (at !== undefined && at > (last ?? 0)) last = at
  }
  return last
}

/** The door was the last to move: whoever was felt inside before has most likely gone out. */
export const wentOut = (desk: CareDesk, home: Home, last: number): boolean =>
  home.doorAt !== null && last <= home.doorAt + desk.settings.carerLeftMs

/**
 * Asks, once, when the window would be over without them, whether the absences that were planned have begun;
 * gives when, until then. Where they have not, the window goes on through them. Whoever falls an hour
 * before a journey lies at home while everybody believes them away.
 */
export function askPlans(desk: CareDesk, person: Person, now: number): number | null {
  if (person.planned.length === 0 || alarmedAt(person) !== null) return null
  const { deadline } = viewOf(desk, person, now, person.planned)
  if (deadline === null) return null
  const at = Math.max(deadline, decidableAt(desk, person))
  if (now < at) return at
  const home = homeOf(desk, person)
  person.doubted = home === null ? [] : notBegun(desk, person, home, now)
  const later = new Set(person.resident.away.flatMap(({ id, from }) => (from > now ? [id] : [])))
  person.planned = person.planned.filter((id) => later.has(id) || person.doubted.includes(id))
  desk.touchPerson(person)
  return null
}

/**
 * Plans that have not begun: all doors of the home looked, and none has opened since the person, who lives
 * there alone, was felt inside. A stay in hospital is never doubted.
 */
function notBegun(desk: CareDesk, person: Person, home: Home, now: number): readonly string[] {
  const last = insideAt(desk, home)
  if (last === null || (person.own !== null && person.own.ts > last)) return []
  if (wentOut(desk, home, last) || desk.roster.residentsOf(home.id).length > 1) return []
  if (!doorsLooked(desk, home, last, now)) return []
  const { lateLeaveMs } = desk.settings
  return person.resident.away.flatMap(({ id, from, reason }) =>
    reason !== 'hospital' && last < from + lateLeaveMs && person.planned.includes(id) ? [id] : [],
  )
}

/**
 * Whether somebody is felt inside who was to be away by now, and no door has opened since: they leave late, or
 * not at all. That is neither a return, nor are they away yet.
 */
export function notYetLeft(desk: CareDesk, home: Home, person: Person, at: number): boolean {
  if (desk.roster.residentsOf(home.id).length > 1) return false
  const announced = person.resident.away.filter(
    ({ id, from, to }) =>
      at >= from && (to === null || at < to) && at < (person.returned.get(id) ?? Infinity),
  )
  const late = announced.every(
    ({ id, from, reason }) =>
      reason !== 'hospital' &&
      person.planned.includes(id) &&
      at < from + desk.settings.lateLeaveMs &&
      (home.doorAt ?? 0) < from &&
      doorsLooked(desk, home, from, at),
  )
  return late && announced.length > 0
}

/** All door contacts of the home, of which there is one at least, looked all the while. */
function doorsLooked(desk: CareDesk, home: Home, from: number, to: number): boolean {
  const doors = desk.sourcesOf(home.id).filter(({ source }) => source.able.has('doorOpen'))
  const { coverageShare } = desk.settings
  const looked = doors.every(({ source }) => lookedShare(desk, [source], from, to) >= coverageShare)
  return looked && doors.length > 0
}
