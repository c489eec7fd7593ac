import type { LastEvidence } from '../../contracts/care.ts'
import type { CareDesk } from './care-desk.ts'
import { type Home, settledAt, staysOf } from './home.ts'
import { clip, type Interval, merge, subtract, total } from './intervals.ts'
import type { Person } from './person.ts'
import { covered } from './source.ts'
import { absences, countedMs, deadlineOf } from './span.ts'

/** How things stand with one person at one moment; derived, nothing is changed. */
export interface View {
  readonly windowMs: number
  readonly last: LastEvidence | null
  /** The last sign of life, or the beginning of the watch. */
  readonly anchor: number
  readonly away: readonly Interval[]
  /** Null while an absence has no end. */
  readonly deadline: number | null
  readonly unseenMs: number
}

export const homeOf = (desk: CareDesk, person: Person): Home | null =>
  person.resident.household === null ? null : desk.home(person.resident.household)

export function viewOf(desk: CareDesk, person: Person, now: number): View {
  const { watch } = person.resident
  const windowMs = watch?.windowMs ?? 0
  const since = watch?.since ?? now
  const last = newest(person.own, homeOf(desk, person)?.last ?? null, since)
  const anchor = last?.ts ?? since
  const away = absences(person.resident, person.returned)
  return {
    windowMs,
    last,
    anchor,
    away,
    deadline: deadlineOf(anchor, windowMs, away),
    unseenMs: countedMs(anchor, now, away),
  }
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
  const { household, watch } = person.resident
  const start = Math.max(from, watch?.since ?? from)
  const all = desk.sourcesOf(household).flatMap(({ source }) => clip(covered(source), start, to))
  const home = homeOf(desk, person)
  return home === null ? [] : subtract(merge(all), staysOf(home))
}

/** Watched time of the unseen span; absences do not count. */
export function watchedMs(desk: CareDesk, person: Person, view: View, now: number): number {
  const home = homeOf(desk, person)
  if (home === null) return 0
  const looked = merge([
    ...watched(desk, person, view.anchor, now),
    ...tails(desk, home, view, now),
  ])
  return total(subtract(subtract(looked, staysOf(home)), view.away))
}

/** The time since the last message of a source that is not overdue: it will most likely be covered. */
function tails(desk: CareDesk, home: Home, view: View, now: number): Interval[] {
  return desk.sourcesOf(home.id).flatMap(({ source }): Interval[] => {
    const { last, intervalMs } = source
    if (last === null || intervalMs === null) return []
    const from = Math.max(last.at, view.anchor)
    return now - last.at <= desk.settings.tailFactor * intervalMs && now > from ? [[from, now]] : []
  })
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
  const since = person.resident.watch?.since ?? 0
  return Math.max(desk.settledAt, settled, since >= person.knownAt - settings.lateMs ? 0 : known)
}
