import { CodedError } from '../../contracts/errors.ts'
import type { Duty, DutyCreate } from '../../contracts/http/duties.ts'
import type { Unit } from '../../contracts/http/org.ts'
import type { Category } from '../../contracts/http/system.ts'
import { newId } from '../../contracts/ids.ts'
import type { Actor } from '../auth/principal.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Random } from '../random.ts'
import { type DutyRow, areaPath, categoryPath, decidingDuty } from './responsible.ts'

export interface DutyDeps {
  readonly random: Random
  readonly units: readonly Unit[]
  readonly categories: readonly Category[]
}

export const dutyOf = (row: DutyRow): Duty => ({
  id: row.id,
  category: row.category,
  area: row.area,
  unit: row.unit,
  from: row.from_at,
  to: row.to_at,
  reason: row.reason,
  dispute: row.dispute,
  by: row.by_name,
  createdAt: row.created_at,
})

export interface DutyAsk {
  readonly category: string
  readonly community: string
  readonly grid?: string | null | undefined
  readonly at: number
}

/** Who answers for this category in this place at this time. Null where the list is silent. */
export async function responsibleFor(
  db: Db | Trx,
  deps: Pick<DutyDeps, 'units' | 'categories'>,
  ask: DutyAsk,
): Promise<{ readonly unit: string; readonly duty: DutyRow } | null> {
  const codes = categoryPath(deps.categories, ask.category)
  if (codes.length === 0) return null
  const rows = await db
    .selectFrom('duties')
    .selectAll()
    .where('category', 'in', codes)
    .where('from_at', '<=', ask.at)
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', ask.at)]))
    .execute()
  const areas = areaPath(deps.units, ask.community, ask.grid)
  // A unit that is no more answers for nothing.
  const standing = rows.filter(({ unit }) => deps.units.some(({ id }) => id === unit))
  const duty = decidingDuty(standing, codes, areas, ask.at)
  return duty === null ? null : { unit: duty.unit, duty }
}

export interface DutyBy {
  readonly by: Actor
  readonly now: number
  readonly dispute?: string
}

/**
 * Writes a duty. What stands for the same category and area ends where it begins; what was meant to
 * begin later goes, since it has never been in force.
 */
export async function writeDuty(
  trx: Trx,
  deps: DutyDeps,
  body: DutyCreate,
  { by, now, dispute }: DutyBy,
): Promise<DutyRow> {
  const { category, area = null, unit, from = now, reason } = body
  const has = (id: string): boolean => deps.units.some((one) => one.id === id)
  if (!deps.categories.some(({ code }) => code === category))
    throw new CodedError('request.invalid', `no category ${category}`)
  if (!has(unit)) throw new CodedError('request.invalid', `no unit ${unit}`)
  if (area !== null && !has(area)) throw new CodedError('request.invalid', `no area ${area}`)
  if (from < now) throw new CodedError('request.invalid', 'from lies in the past')
  await endDuty(trx, category, area, from)
  const row: DutyRow = {
    id: newId('duty', now, deps.random),
    category,
    area,
    unit,
    from_at: from,
    to_at: null,
    reason: reason.trim(),
    dispute: dispute ?? null,
    by_id: by.id,
    by_name: by.name,
    created_at: now,
  }
  await trx.insertInto('duties').values(row).execute()
  return row
}

/** Ends what stands for a category and area; true where something did. */
export async function endDuty(
  trx: Trx,
  category: string,
  area: string | null,
  at: number,
): Promise<boolean> {
  const rows = await trx
    .selectFrom('duties')
    .select(['id', 'from_at'])
    .where('category', '=', category)
    .where('area', area === null ? 'is' : '=', area)
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', at)]))
    .execute()
  for (const { id, from_at } of rows) {
    // One that never began has an empty time, and stays as a word that was taken back.
    await trx
      .updateTable('duties')
      .set({ to_at: Math.max(at, from_at) })
      .where('id', '=', id)
      .execute()
  }
  return rows.length > 0
}
