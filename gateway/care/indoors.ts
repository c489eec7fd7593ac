import type { CareDesk } from './care-desk.ts'
import type { Home } from './home.ts'
import { lookedShare } from './looking.ts'
import { alarmedAt, type Person } from './person.ts'
import { decidableAt, homeOf, viewOf } from './view.ts'

/** What only somebody inside can make: who only opens the door, or lets water run, need not stay. */
const inside: ReadonlySet<string> = new Set(['motion', 'sos'])

/** Last sign from inside a home; null where there has been none. */
export function insideAt(desk: CareDesk, home: Home): number | null {
  let last: number | null = null
  for (const { source } of desk.sourcesOf(home.id)) {
    const at = inside.has(source.lastWhat ?? '') ? source.signs.at(-1) : undefined
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
  const doors = desk.sourcesOf(home.id).filter(({ source }) => source.able.has('doorOpen'))
  const { coverageShare, awayGraceMs } = desk.settings
  const looked = doors.every(
    ({ source }) => lookedShare(desk, [source], last, now) >= coverageShare,
  )
  if (doors.length === 0 || !looked) return []
  return person.resident.away.flatMap(({ id, from, reason }) =>
    reason !== 'hospital' && from >= last - awayGraceMs && person.planned.includes(id) ? [id] : [],
  )
}
