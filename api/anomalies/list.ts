import type { AnomalyItem } from '../../contracts/http/anomalies.ts'
import type { Place, Subject } from '../../contracts/place.ts'
import type { Principal } from '../auth/principal.ts'
import { fromJsonOrNull } from '../db/json.ts'
import type { Db } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'

export interface AnomalyFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly community?: string | undefined
  readonly type?: string | undefined
}

/** What the boxes reported, newest first. */
export async function listAnomalies(
  db: Db,
  filter: AnomalyFilter,
  principal: Principal,
): Promise<{ items: AnomalyItem[]; next: string | null }> {
  let query = db.selectFrom('anomalies').selectAll()
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  if (filter.community !== undefined) query = query.where('community', '=', filter.community)
  if (filter.type !== undefined) query = query.where('type', '=', filter.type)
  if (filter.cursor !== undefined) {
    const [receivedAt, id] = decodeCursor(filter.cursor, ['number', 'string'])
    query = query.where((eb) =>
      eb.or([
        eb('received_at', '<', receivedAt),
        eb.and([eb('received_at', '=', receivedAt), eb('id', '<', id)]),
      ]),
    )
  }
  const rows = await query
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.received_at, row.id],
    (row): AnomalyItem => ({
      id: row.id,
      type: row.type as AnomalyItem['type'],
      key: row.key,
      severity: row.severity as AnomalyItem['severity'],
      community: row.community,
      device: row.device,
      place: fromJsonOrNull(row.place) as Place | null,
      subject: fromJsonOrNull(row.subject) as Subject | null,
      raisedAt: row.raised_at,
      receivedAt: row.received_at,
      ticket: row.ticket_id,
      opened: row.opened === 1,
    }),
  )
}
