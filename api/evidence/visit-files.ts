import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Principal, seesCommunity } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { seesPeople } from '../people/mask.ts'

/** In SQL: no visit shows the file of `pictures`. */
export const inNoVisit: RawBuilder<SqlBool> = sql<SqlBool>`not exists
  (select 1 from visit_photos v where v.sha256 = pictures.sha256)`

/** Community of a visit that shows the file to this person; null for roles that only read figures. */
export async function shownInVisit(
  db: Db,
  sha256: string,
  principal: Principal,
): Promise<string | null> {
  if (!seesPeople(principal.role)) return null
  const rows = await db
    .selectFrom('visit_photos')
    .innerJoin('visits', 'visits.id', 'visit_photos.visit')
    .select('visits.community')
    .where('visit_photos.sha256', '=', sha256)
    .execute()
  return rows.find(({ community }) => seesCommunity(principal, community))?.community ?? null
}
