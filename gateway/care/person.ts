import { hourMs } from '../../contracts/clock.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import type { LastEvidence } from '../../contracts/care.ts'
import type { RosterResident } from '../../contracts/roster.ts'
import type { Waiting } from '../model/due-heap.ts'

/** A sign that came while an alarm stands, and is too weak to end it alone. */
export interface Doubt {
  readonly at: number
  /** Whatever made it: two of one cause are one sign. */
  readonly cause: string
  readonly weight: number
  readonly proof: Evidence
}

/** A watched resident. */
export interface Person extends Waiting {
  readonly id: string
  resident: RosterResident
  /** Our time at which we learned that they are watched. */
  knownAt: number
  /** Our time at which they came into the home where they live now; 0 where they have lived there all along. */
  movedAt: number
  /** When the watch began, where our clock was set back to before that; null otherwise. */
  sinceAt: number | null
  /** Newest sign by their own card, or by somebody who saw them. */
  own: LastEvidence | null
  /** Newest sign of their home that counts for them. */
  home: LastEvidence | null
  /** Signs of their own, event time; see `keepSign`. */
  signs: number[]
  /** Absences, by id, that a return ended early, and when. */
  readonly returned: Map<string, number>
  /** The announced absence that ends next. */
  expected: { readonly id: string; readonly to: number } | null
  /** Since when they should be back, as announced, and nobody has seen them. */
  awaitedAt: number | null
  /** Since when somebody has been told so, our time. */
  shouldBeBackAt: number | null
  /** First sign in the home of somebody who is away: a visitor, or the return. */
  hintAt: number | null
  /** Since when the anomaly stands, our time. */
  unseenAt: number | null
  cannotTellAt: number | null
  /** Absences by id that were told before they began. */
  planned: string[]
  /** Those of them that had not begun when the alarm was raised. */
  doubted: readonly string[]
  /** Since the alarm: signs that are too weak, oldest first. */
  doubts: Doubt[]
}

export const createPerson = (resident: RosterResident, knownAt: number): Person => ({
  id: resident.id,
  key: `care/resident/${resident.id}`,
  dueAt: null,
  resident,
  knownAt,
  movedAt: 0,
  sinceAt: null,
  own: null,
  home: null,
  signs: [],
  returned: new Map(),
  expected: null,
  awaitedAt: null,
  shouldBeBackAt: null,
  hintAt: null,
  unseenAt: null,
  cannotTellAt: null,
  planned: [],
  doubted: [],
  doubts: [],
})

/** Since when they are watched, by our clock. */
export const sinceOf = ({ resident, sinceAt }: Person): number | null =>
  resident.watch === null ? null : (sinceAt ?? resident.watch.since)

/** Since when an alarm about them stands, our time; null while none does. */
export const alarmedAt = ({ unseenAt, cannotTellAt }: Person): number | null =>
  unseenAt === null || cannotTellAt === null
    ? (unseenAt ?? cannotTellAt)
    : Math.min(unseenAt, cannotTellAt)

/**
 * Follows what is announced. Told before it begins it is a plan; told or prolonged later, somebody knows. Cut
 * short it stays what it was: whoever waits in vain takes a plan back.
 */
export function planned(person: Person, before: RosterResident | null, now: number): void {
  const known = new Map(before?.away.map((item) => [item.id, item]))
  person.planned = person.resident.away.flatMap(({ id, from, to }) => {
    const old = known.get(id)
    if (old === undefined || old.from !== from) return from > now ? [id] : []
    const longer = old.to !== null && (to === null || to > old.to)
    return person.planned.includes(id) && !(longer && from <= now) ? [id] : []
  })
}

/** A hint that is older than this belongs to another visitor. */
export const hintKeptMs = 12 * hourMs

/**
 * An absence that is closed after the fact, and in it the home had felt somebody: they were back when it did, and
 * staff learned of it later. Too early costs a visit, too late a night on the floor.
 */
export function backSince(person: Person, before: RosterResident): void {
  const { hintAt } = person
  if (hintAt === null) return
  const ends = new Map(before.away.map(({ id, to }) => [id, to ?? Number.POSITIVE_INFINITY]))
  for (const { id, from, to } of person.resident.away) {
    const was = ends.get(id)
    const cutShort = was !== undefined && to !== null && to < was
    if (!cutShort || hintAt < from || hintAt >= to || to - hintAt > hintKeptMs) continue
    if (!person.returned.has(id)) person.returned.set(id, hintAt)
  }
}

/** They live elsewhere from now on: what their old home tells is not theirs any more, and the window begins anew. */
export function moved(person: Person, now: number): void {
  person.movedAt = now
  person.home = null
  person.hintAt = null
  person.doubts = []
}
