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

/** When `windowMs` have passed since `from`, absences not counted; null when an absence never ends. */
export function deadlineOf(
  from: number,
  windowMs: number,
  away: readonly Interval[],
): number | null {
  let at = from
  let leftMs = windowMs
  for (const [start, end] of away) {
    if (end <= at) continue
    const untilMs = Math.max(0, start - at)
    if (untilMs >= leftMs) break
    leftMs -= untilMs
    if (end === Number.POSITIVE_INFINITY) return null
    at = end
  }
  return at + leftMs
}

/** How much of `[from, to)` counts. */
export const countedMs = (from: number, to: number, away: readonly Interval[]): number =>
  away.reduce(
    (sum, [start, end]) => sum - Math.max(0, Math.min(end, to) - Math.max(start, from)),
    Math.max(0, to - from),
  )

export const isAway = (away: readonly Interval[], at: number): boolean =>
  away.some(([from, to]) => at >= from && at < to)
