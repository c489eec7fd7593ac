import type { LastEvidence } from '../../contracts/care.ts'
import type { CareDesk } from './care-desk.ts'
import { type Home, settledAt, staysOf } from './home.ts'
import { clip, type Interval, merge, subtract, total } from './intervals.ts'
import { lookersOf, looksUntil } from './looking.ts'
import { type Person, sinceOf } from './person.ts'
import { covered } from './source.ts'
import { absences, isAway, spanOf } from './span.ts'

/** How things stand with one person at one moment; derived, nothing is changed. */
export interface View {
  readonly windowMs: number
  readonly last: LastEvidence | null
  /** From here on the window runs: the last sign, the end of an absence, a move, or the beginning of the watch. */
  readonly anchor: number
  readonly away: readonly Interval[]
  /** Null while an absence has no end. */
  readonly deadline: number | null
  readonly unseenMs: number
}

export const homeOf = (desk: CareDesk, person: Person): Home | null =>
  person.resident.household === null ? null : desk.home(person.resident.household)

/** Nobody else of the household is at home: what its sensors feel is this person. */
export function isAlone(desk: CareDesk, { resident }: Person, at: number): boolean {
  if (resident.household === null) return true
  return desk.roster.residentsOf(resident.household).every((other) => {
    if (other.id === resident.id) return true
    const returned = desk.persons.get(other.id)?.returned ?? new Map<string, number>()
    return isAway(absences(other, returned), at)
  })
}

/** `without`: absences that do not count. */
export function viewOf(
  desk: CareDesk,
  person: Person,
  now: number,
  without: readonly string[] = person.doubted,
): View {
  const { watch, community } = person.resident
  const fullMs = watch?.windowMs ?? 0
  const since = sinceOf(person) ?? now
  const last = newest(person.own, person.home, since)
  const from = Math.max(last?.ts ?? since, person.movedAt)
  const announced = person.resident.away.filter(({ id }) => !without.includes(id))
  const away = absences({ ...person.resident, away: announced }, person.returned)
  const full = spanOf(from, fullMs, away, now)
  const mode = desk.modes.of(community, now)
  const windowMs = mode === null ? fullMs : Math.round(fullMs * mode.factor)
  const { anchor, deadline } =
    mode === null
      ? full
      : shorter(
          full.deadline,
          spanOf(from, windowMs, away, now),
          mode.since + desk.settings.modeGraceMs,
        )
  return { windowMs, last, anchor, away, deadline, unseenMs: unseenOf(anchor, away, now) }
}

/** A shorter window makes nobody late the moment it comes into force. */
const shorter = (
  full: number | null,
  short: { readonly anchor: number; readonly deadline: number | null },
  notBefore: number,
) =>
  full === null || short.deadline === null
    ? { anchor: short.anchor, deadline: null }
    : { anchor: short.anchor, deadline: Math.min(full, Math.max(short.deadline, notBefore)) }

/** Time since the anchor; while they are away it stands still. */
function unseenOf(anchor: number, away: readonly Interval[], now: number): number {
  const left = away.find(([from, to]) => now >= from && now < to)
  return Math.max(0, (left === undefined ? now : left[0]) - anchor)
}

function newest(
  a: LastEvidence | null,
  b: LastEvidence | null,
  since: number,
): LastEvidence | null {
  const later = a === null || (b !== null && b.ts > a.ts) ? b : a
  return later === null || later.ts < since ? null : later
}

/** Time in `[from, to)` in which somebody looked who could have told the resident from a visitor. */
export function watched(desk: CareDesk, person: Person, from: number, to: number): Interval[] {
  const start = Math.max(from, sinceOf(person) ?? from, person.movedAt)
  const all = lookersOf(desk.sourcesFor(person)).flatMap(({ source }) =>
    clip(covered(source), start, to),
  )
  const home = homeOf(desk, person)
  return home === null ? [] : subtract(merge(all), staysOf(home))
}

/** Watched time of the unseen span; absences do not count. */
export function watchedMs(desk: CareDesk, person: Person, view: View, now: number): number {
  const home = homeOf(desk, person)
  if (home === null) return 0
  const looked = merge([
    ...watched(desk, person, view.anchor, now),
    ...tails(desk, person, view, now),
  ])
  return total(subtract(subtract(looked, staysOf(home)), view.away))
}

/** The time since the last message of a source that is not overdue: it will most likely be covered. */
function tails(desk: CareDesk, person: Person, view: View, now: number): Interval[] {
  return lookersOf(desk.sourcesFor(person)).flatMap(({ source }) =>
    clip(looksUntil(desk, source, now), view.anchor, now),
  )
}

/** No decision about them before this, our time. */
export function decidableAt(desk: CareDesk, person: Person): number {
  const { settings } = desk
  const home = homeOf(desk, person)
  const settled = home === null ? 0 : settledAt(home, settings)
  // Newly watched: their history may be about to be delivered. If some has been, its end decides.
  const delivered =
    home?.lateAt !== null && home?.lateAt !== undefined && home.lateAt >= person.knownAt
  const known = delivered ? 0 : person.knownAt + settings.settleMaxMs
  const since = sinceOf(person) ?? 0
  return Math.max(desk.settledAt, settled, since >= person.knownAt - settings.lateMs ? 0 : known)
}
