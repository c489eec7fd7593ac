import type { RosterVisitor } from '../../contracts/roster.ts'

/**
 * Of several visits with one plate or PIN: the one that is on now, of those the one that lasts longest; else
 * the next one, else the last. Who comes every week is not turned away because of next week's visit.
 */
export function meantVisit(visits: readonly RosterVisitor[], now: number): RosterVisitor | null {
  const rank = ({ from, to }: RosterVisitor): number => (now < from ? 1 : now < to ? 0 : 2)
  const [meant] = visits.toSorted(
    (a, b) => rank(a) - rank(b) || (rank(a) === 1 ? a.from - b.from : b.to - a.to),
  )
  return meant ?? null
}
