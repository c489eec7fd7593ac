import type { HouseholdItem, ResidentItem } from '../../contracts/http/people.ts'
import { type Principal, seesCommunity } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { householdOf, residentOf } from '../roster/rows.ts'
import { findResident, residentItem } from './residents.ts'

export interface PeopleFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly community?: string | undefined
}

/** By id, within the areas of the person. */
export async function listHouseholds(
  db: Db,
  filter: PeopleFilter,
  principal: Principal,
): Promise<{ items: HouseholdItem[]; next: string | null }> {
  let query = db.selectFrom('households').selectAll()
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  if (filter.community !== undefined) query = query.where('community', '=', filter.community)
  if (filter.cursor !== undefined) {
    query = query.where('id', '>', decodeCursor(filter.cursor, ['string'])[0])
  }
  const rows = await query
    .orderBy('id')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, (row) => [row.id], householdOf)
}

/** By id, within the areas of the person, with the absences that were announced. */
export async function listResidents(
  db: Db,
  filter: PeopleFilter,
  principal: Principal,
): Promise<{ items: ResidentItem[]; next: string | null }> {
  let query = db.selectFrom('residents').selectAll()
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  if (filter.community !== undefined) query = query.where('community', '=', filter.community)
  if (filter.cursor !== undefined) {
    query = query.where('id', '>', decodeCursor(filter.cursor, ['string'])[0])
  }
  const rows = await query
    .orderBy('id')
    .limit(filter.limit + 1)
    .execute()
  const ids = rows.map(({ id }) => id)
  const suspensions = await db
    .selectFrom('suspensions')
    .selectAll()
    .where('resident', 'in', ['', ...ids])
    .orderBy('id')
    .execute()
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.id],
    (row) => {
      const theirs = suspensions.filter(({ resident }) => resident === row.id)
      return residentItem(residentOf(row, theirs), row, principal.role)
    },
  )
}

/** Null when there is none that this person may see. */
export async function readResident(
  db: Db,
  id: string,
  principal: Principal,
): Promise<ResidentItem | null> {
  const row = await findResident(db, id)
  if (row === null || !seesCommunity(principal, row.community)) return null
  const suspensions = await db
    .selectFrom('suspensions')
    .selectAll()
    .where('resident', '=', id)
    .orderBy('id')
    .execute()
  return residentItem(residentOf(row, suspensions), row, principal.role)
}
