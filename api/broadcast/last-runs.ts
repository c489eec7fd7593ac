import { sql } from 'kysely'
import type { BroadcastItem } from '../../contracts/http/broadcast.ts'
import type { Db } from '../db/open.ts'

export type LastRun = Pick<BroadcastItem, 'lastRunAt' | 'answers'>

const nobody = { waiting: 0, heard: 0, failed: 0, stopped: 0 } as const
export const neverRun: LastRun = { lastRunAt: null, answers: nobody }

const standsFor: Readonly<Record<string, keyof LastRun['answers']>> = {
  queued: 'waiting',
  done: 'heard',
  refused: 'failed',
  expired: 'failed',
  cancelled: 'stopped',
  stopped: 'stopped',
}

/** What came of the newest run of each of these announcements. */
export async function lastRuns(
  db: Db,
  broadcasts: readonly string[],
): Promise<ReadonlyMap<string, LastRun>> {
  const rows = await db
    .selectFrom('broadcast_receipts')
    .select(['broadcast', 'run_at', 'state', ({ fn }) => fn.countAll().as('n')])
    .where('broadcast', 'in', ['', ...broadcasts])
    .where(
      sql<boolean>`run_at = (select max(r.run_at) from broadcast_receipts r
        where r.broadcast = broadcast_receipts.broadcast)`,
    )
    .groupBy(['broadcast', 'run_at', 'state'])
    .execute()
  const runs = new Map<string, LastRun>()
  for (const { broadcast, run_at: lastRunAt, state, n } of rows) {
    const before = runs.get(broadcast)?.answers ?? nobody
    const word = standsFor[state] ?? 'failed'
    runs.set(broadcast, { lastRunAt, answers: { ...before, [word]: before[word] + Number(n) } })
  }
  return runs
}
