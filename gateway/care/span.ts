import type { RosterResident } from '../../contracts/roster.ts'
import { type Interval, merge } from './intervals.ts'

/** Absences that count, an early return cut off; open-ended ones end at infinity. */
export const absences = (
  resident: RosterResident,
  returned: ReadonlyMap<string, number>,
): Interval[] =>
  merge(
    resident.away.map(
      ({ id, from, to }): Interval => [
        from,
        Math.min(to ?? Number.POSITIVE_INFINITY, returned.get(id) ?? Number.POSITIVE_INFINITY),
      ],
    ),
  )

export interface Span {
  /** From here on the window runs: the last sign of life, or the end of the last absence after it. */
  readonly anchor: number
  /** When it is over; null when an absence never ends. */
  readonly deadline: number | null
}

/**
 * The window from a sign of life on. An absence that begins within it stops the count, and when it is over
 * the window begins anew: somebody who comes back from a holiday is not overdue by the day they left.
 * An absence that begins later changes nothing: then they had been missing before it.
 */
export function spanOf(
  from: number,
  windowMs: number,
  away: readonly Interval[],
  now: number,
): Span {
  let anchor = from
  let at = from
  for (const [start, end] of away) {
    if (end <= at) continue
    if (start - at >= windowMs) break
    if (end === Number.POSITIVE_INFINITY) return { anchor, deadline: null }
    at = end
    if (end <= now) anchor = end
  }
  return { anchor, deadline: at + windowMs }
}

export const isAway = (away: readonly Interval[], at: number): boolean =>
  away.some(([from, to]) => at >= from && at < to)
