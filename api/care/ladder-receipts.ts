import type { LadderReceipt } from '../../contracts/http/ladder.ts'
import { fromJson } from '../db/json.ts'
import type { Db } from '../db/open.ts'
import type { Run } from './ladder-rows.ts'

/** What became of the messages of a run, with the last moment that each has on record. */
export async function receiptsOf(db: Db, { row, steps }: Run): Promise<LadderReceipt[]> {
  const ids = steps.flatMap((step) => fromJson(step.notices) as string[])
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('notifications')
    .selectAll()
    .where('incident', '=', row.ticket)
    .where('id', 'in', ids)
    .orderBy('seq')
    .execute()
  return rows.map((one) => ({
    id: one.id,
    person: one.person,
    name: one.person_name,
    channel: one.channel,
    state: one.state,
    reason: one.reason,
    at: one.acknowledged_at ?? one.delivered_at ?? one.sent_at ?? one.created_at,
  }))
}
