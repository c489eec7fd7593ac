import type { Selectable } from 'kysely'
import type { Unit } from '../../contracts/http/org.ts'
import type { Category } from '../../contracts/http/system.ts'
import type { DutiesTable } from '../db/org-schema.ts'
import { unitPath } from './tree.ts'

export type DutyRow = Selectable<DutiesTable>

/** The category, then what it lies below, up to the top of the tree. */
export function categoryPath(categories: readonly Category[], code: string): string[] {
  const path: string[] = []
  for (let at: string | null = code; at !== null && !path.includes(at); ) {
    const found: Category | undefined = categories.find((one) => one.code === at)
    if (found === undefined) break
    path.push(found.code)
    at = found.parent
  }
  return path
}

/** From the grid up to the district; without a grid from the community. */
export function areaPath(
  units: readonly Unit[],
  community: string,
  grid: string | null | undefined,
): string[] {
  const fromGrid = unitPath(units, grid ?? null)
  // A grid of somewhere else says nothing of this community.
  return fromGrid.includes(community) ? fromGrid : unitPath(units, community)
}

/**
 * The duty that decides: of those in force the one with the narrowest category, then with the
 * narrowest area; where two are left, the later one. A gas leak belongs to the gas company of the
 * district, whatever a community has said of events in general.
 */
export function decidingDuty(
  duties: readonly DutyRow[],
  categories: readonly string[],
  areas: readonly string[],
  at: number,
): DutyRow | null {
  const rank = (row: DutyRow): readonly [number, number, number] => [
    categories.indexOf(row.category),
    row.area === null ? areas.length : areas.indexOf(row.area),
    -row.from_at,
  ]
  const fitting = duties.filter(
    (row) =>
      row.from_at <= at &&
      (row.to_at === null || at < row.to_at) &&
      categories.includes(row.category) &&
      (row.area === null || areas.includes(row.area)),
  )
  const [first] = fitting.toSorted((a, b) => {
    const [a1, a2, a3] = rank(a)
    const [b1, b2, b3] = rank(b)
    return a1 - b1 || a2 - b2 || a3 - b3 || (a.id < b.id ? 1 : -1)
  })
  return first ?? null
}
