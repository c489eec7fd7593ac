import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { dayMs } from '../../contracts/clock.ts'
import { type Principal, seesCommunity } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'

/** Who decides about candidates of the watch-list (control C9), and so sees them. */
export const deciders = ['admin', 'supervisor', 'staff'] as const

export const mayDecide = (principal: Principal): boolean =>
  deciders.some((role) => role === principal.role)

/** An entry of the watch-list lives so long; nobody will decide about older candidates any more. */
const waitsMaxMs = 30 * dayMs

/**
 * In SQL: no candidate that waits for a decision, and not longer than 30 days before `before`, shows the
 * file of `pictures`.
 */
export const inNoCandidate = (before: number): RawBuilder<SqlBool> =>
  sql<SqlBool>`not exists (select 1 from anomalies a where a.state = 'candidate'
    and a.received_at > ${before - waitsMaxMs} and a.report like '%' || pictures.sha256 || '%')`

/** Community of a candidate that waits, shows the file, and is this person's to decide; else null. */
export async function shownInCandidate(
  db: Db,
  sha256: string,
  principal: Principal,
): Promise<string | null> {
  if (!mayDecide(principal)) return null
  const rows = await db
    .selectFrom('anomalies')
    .select('community')
    .where('state', '=', 'candidate')
    .where(sql<SqlBool>`report like ${`%${sha256}%`}`)
    .execute()
  return rows.find(({ community }) => seesCommunity(principal, community))?.community ?? null
}
