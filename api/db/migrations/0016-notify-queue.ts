import { type Migration, sql } from 'kysely'

/** The few messages that are on their way, and the digests that still gather, among very many others. */
export const notifyQueue = (): Migration => ({
  async up(db) {
    await db.schema
      .createIndex('notifications_ready')
      .on('notifications')
      .columns(['channel', 'seq'])
      .where(sql<boolean>`state = 'ready'`)
      .execute()
    await db.schema
      .createIndex('notifications_gathering')
      .on('notifications')
      .columns(['person', 'channel'])
      .where(sql<boolean>`kind = 'digest' and state = 'queued'`)
      .execute()
  },
})
