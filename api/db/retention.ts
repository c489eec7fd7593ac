import { dayMs } from '../../contracts/clock.ts'
import type { Db } from './open.ts'

/** What is kept of the tables that grow by themselves. Tickets are an archive and stay. */
export interface Retention {
  /** Rows of the history of the boxes. */
  readonly eventsMax: number
  /** Who passed where is no archive: it ends by time too, however few pass (PIPL 19 and 28). */
  readonly eventsMs: number
  /** Rows that a stream can resume from. */
  readonly streamEventsMax: number
  /** Ids of anomalies by which a repeat is known; the tickets stay. */
  readonly anomaliesMs: number
  /** Processing records are kept three years (PIPL 56). */
  readonly accessLogMs: number
  /** How long a recorded death can be undone. */
  readonly deathUndoMs: number
  /** Visits that are over. */
  readonly visitorsMs: number
}

export const defaultRetention: Retention = {
  eventsMax: 200_000,
  eventsMs: 180 * dayMs,
  streamEventsMax: 50_000,
  anomaliesMs: 400 * dayMs,
  accessLogMs: 1_100 * dayMs,
  deathUndoMs: 3 * dayMs,
  visitorsMs: 90 * dayMs,
}

/** Deletes what is past its time; says how many rows went. */
export async function prune(db: Db, retention: Retention, now: number): Promise<number> {
  const newest = await db
    .selectFrom('events')
    .select(({ fn }) => fn.max('seq').as('top'))
    .executeTakeFirst()
  const newestStream = await db
    .selectFrom('stream_events')
    .select(({ fn }) => fn.max('id').as('top'))
    .executeTakeFirst()
  const results = [
    await db
      .deleteFrom('events')
      .where('seq', '<=', (newest?.top ?? 0) - retention.eventsMax)
      .executeTakeFirst(),
    await db
      .deleteFrom('events')
      .where('received_at', '<', now - retention.eventsMs)
      .executeTakeFirst(),
    await db
      .deleteFrom('stream_events')
      .where('id', '<=', (newestStream?.top ?? 0) - retention.streamEventsMax)
      .executeTakeFirst(),
    await db
      .deleteFrom('anomalies')
      .where('received_at', '<', now - retention.anomaliesMs)
      .executeTakeFirst(),
    await db
      .deleteFrom('anomaly_clears')
      .where('received_at', '<', now - retention.anomaliesMs)
      .executeTakeFirst(),
    await db
      .deleteFrom('access_log')
      .where('ts', '<', now - retention.accessLogMs)
      .executeTakeFirst(),
    // Of a death what was kept for an undo goes when there is none any more.
    await db
      .updateTable('deaths')
      .set({ kept: null })
      .where('kept', 'is not', null)
      .where('recorded_at', '<', now - retention.deathUndoMs)
      .executeTakeFirst()
      .then(() => ({ numDeletedRows: 0n })),
    await db
      .deleteFrom('visitors')
      .where('to_at', '<', now - retention.visitorsMs)
      .where('listed', '=', 0)
      .executeTakeFirst(),
  ]
  return results.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0)
}
