import type { Selectable } from 'kysely'
import { secondMs } from '../../contracts/clock.ts'
import type { BroadcastReceiptsTable } from '../db/notify-schema.ts'
import type { Db } from '../db/open.ts'

export type Receipt = Selectable<BroadcastReceiptsTable>

const retryMs = 5 * secondMs

/** Receipts of loudspeakers that are to be told now, the longest waiting first. */
export const waitingReceipts = (db: Db, emergency: boolean, now: number): Promise<Receipt[]> =>
  db
    .selectFrom('broadcast_receipts')
    .innerJoin('broadcasts', 'broadcasts.id', 'broadcast_receipts.broadcast')
    .selectAll('broadcast_receipts')
    .where('broadcast_receipts.next_at', '<=', now)
    .where('broadcasts.priority', emergency ? '=' : '!=', 'emergency')
    .orderBy('broadcast_receipts.next_at')
    .limit(1_000)
    .execute()

/** What a loudspeaker answered; one that waits is told again. What was cancelled meanwhile stays so. */
export async function noteAnswer(
  db: Db,
  receipt: Receipt,
  answer: Pick<Receipt, 'state' | 'error' | 'way'>,
  now: number,
): Promise<void> {
  await db
    .updateTable('broadcast_receipts')
    .set({
      ...answer,
      attempts: receipt.attempts + 1,
      next_at: answer.state === 'queued' ? now + retryMs : null,
      updated_at: now,
    })
    .where('id', '=', receipt.id)
    .where('state', '=', 'queued')
    .execute()
}

/** Done once every loudspeaker has answered or will not any more. */
export async function finishBroadcasts(db: Db): Promise<void> {
  await db
    .updateTable('broadcasts')
    .set({ state: 'done' })
    .where('state', '=', 'speaking')
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('broadcast_receipts')
            .select('broadcast_receipts.id')
            .whereRef('broadcast_receipts.broadcast', '=', 'broadcasts.id')
            .where('broadcast_receipts.state', '=', 'queued'),
        ),
      ),
    )
    .execute()
}
