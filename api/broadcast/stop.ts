import { hourMs } from '../../contracts/clock.ts'
import type { Db } from '../db/open.ts'
import type { BroadcastRow } from './broadcasts.ts'
import type { Receipt } from './receipts.ts'
import type { Voice } from './voice.ts'

const atOnce = 32
/** The longest that a loudspeaker still plays; what began before has ended by itself. */
const soundingMs = hourMs

/** Of the last run, those that may be heard now: told, or being told. */
export const soundingReceipts = (db: Db, row: BroadcastRow, now: number): Promise<Receipt[]> =>
  db
    .selectFrom('broadcast_receipts')
    .selectAll()
    .where('broadcast', '=', row.id)
    .where('run_at', '>', now - soundingMs)
    .where('state', 'in', ['done', 'expired', 'cancelled'])
    .orderBy('device')
    .limit(1_000)
    .execute()

/** Tells each loudspeaker to be silent, and writes down which ones are. */
export async function stopLoudspeakers(
  deps: { readonly db: Db; readonly clock: () => number; readonly voice: Voice },
  row: BroadcastRow,
): Promise<void> {
  const { db, clock, voice } = deps
  const sounding = await soundingReceipts(db, row, clock())
  const worker = async (): Promise<void> => {
    for (let next = sounding.shift(); next !== undefined; next = sounding.shift()) {
      const { outcome, error } = await voice.stop(row.community, next.device, row.id)
      const silent = outcome === 'done'
      await db
        .updateTable('broadcast_receipts')
        .set({
          ...(silent ? { state: 'stopped' } : {}),
          error: silent ? null : `not silenced: ${error ?? 'no answer'}`,
          updated_at: clock(),
        })
        .where('id', '=', next.id)
        .where('state', '=', 'done')
        .execute()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
