import type { AccessLogItem } from '../../contracts/http/audit.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'

interface AccessLogFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly community?: string | undefined
  readonly who?: string | undefined
  readonly what?: string | undefined
  readonly target?: string | undefined
}

/** Newest first, within the areas of the person. */
export async function listAccessLog(
  db: Db,
  filter: AccessLogFilter,
  { areas }: Principal,
): Promise<{ items: AccessLogItem[]; next: string | null }> {
  let query = db.selectFrom('access_log').selectAll()
  // No community is called so: the list must not be empty.
  if (areas !== null) query = query.where('community', 'in', ['-', ...areas])
  for (const column of ['community', 'who', 'what', 'target'] as const) {
    const wanted = filter[column]
    if (wanted !== undefined) query = query.where(column, '=', wanted)
  }
  if (filter.cursor !== undefined) {
    query = query.where('seq', '<', decodeCursor(filter.cursor, ['number'])[0])
  }
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.seq],
    ({ ts, who, role, what, target, community, reason }) => ({
      ts,
      who,
      role,
      what,
      target,
      community,
      reason,
    }),
  )
}
