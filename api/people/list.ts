import type { HouseholdItem, ResidentItem } from '../../contracts/http/people.ts'
import { type Principal, seesCommunity } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { pageOf } from '../pages.ts'
import { type ArchiveFilter, onPage } from './archive-page.ts'
import { householdOf, residentOf } from '../roster/rows.ts'
import { findResident, residentItem } from './residents.ts'

/** By id, within the areas of the person. */
export async function listHouseholds(
  db: Db,
  filter: ArchiveFilter,
  principal: Principal,
): Promise<{ items: HouseholdItem[]; next: string | null }> {
  const query = db.selectFrom('households').selectAll().where(onPage(filter, principal.areas))
  const rows = await query
    .orderBy('id')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, (row) => [row.id], householdOf)
}

/** By id, within the areas of the person, with the absences that were announced. */
export async function listResidents(
  db: Db,
  filter: ArchiveFilter,
  principal: Principal,
): Promise<{ items: ResidentItem[]; next: string | null }> {
  const query = db.selectFrom('residents').selectAll().where(onPage(filter, principal.areas))
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
