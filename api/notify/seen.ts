import { screenChannel } from '../../contracts/notify.ts'
import type { Trx } from '../db/open.ts'

/**
 * These stood on the screen of their person: from then on they count as delivered, no longer only as sent.
 * Those of others stay as they are.
 */
export async function markSeen(
  trx: Trx,
  user: string,
  ids: readonly string[],
  now: number,
): Promise<void> {
  if (ids.length === 0) return
  const mine = trx
    .updateTable('notifications')
    .where('id', 'in', [...ids])
    .where('person', '=', `user:${user}`)
    .where('channel', '=', screenChannel)
    .where('delivered_at', 'is', null)
  await mine.set({ state: 'delivered', delivered_at: now }).where('state', '=', 'sent').execute()
  await mine.set({ delivered_at: now }).where('sent_at', 'is not', null).execute()
}
