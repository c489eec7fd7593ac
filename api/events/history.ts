import type { GatewayEvent } from '../../contracts/events.ts'
import type { Principal } from '../auth/principal.ts'
import { fromJson } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'

export interface EventFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly community?: string | undefined
  readonly device?: string | undefined
  readonly type?: string | undefined
}

/** Stores events once each; the answer holds those that were new. */
export async function storeEvents(
  trx: Trx,
  events: readonly GatewayEvent[],
  now: number,
): Promise<GatewayEvent[]> {
  const fresh: GatewayEvent[] = []
  for (const event of events) {
    const result = await trx
      .insertInto('events')
      .values({
        id: event.id,
        ts: event.ts,
        community: event.community,
        device: event.device,
        type: event.type,
        data: JSON.stringify(event.data),
        received_at: now,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst()
    if ((result.numInsertedOrUpdatedRows ?? 0n) > 0n) fresh.push(event)
  }
  return fresh
}

/** Newest first. */
export async function listEvents(
  db: Db,
  filter: EventFilter,
  principal: Principal,
): Promise<{ items: GatewayEvent[]; next: string | null }> {
  let query = db.selectFrom('events').selectAll()
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  if (filter.community !== undefined) query = query.where('community', '=', filter.community)
  if (filter.device !== undefined) query = query.where('device', '=', filter.device)
  if (filter.type !== undefined) query = query.where('type', 'in', filter.type.split(','))
  if (filter.cursor !== undefined) {
    const [seq] = decodeCursor(filter.cursor, ['number'])
    query = query.where('seq', '<', seq)
  }
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.seq],
    (row): GatewayEvent => ({
      id: row.id,
      ts: row.ts,
      community: row.community,
      device: row.device,
      type: row.type,
      data: fromJson(row.data) as Record<string, unknown>,
    }),
  )
}
