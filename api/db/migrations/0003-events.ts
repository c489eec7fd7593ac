import type { Migration } from 'kysely'
import { type Dialect, countedTable, index } from '../columns.ts'

/** History of the boxes, the stream of changes, the log of who looked at what. */
export const events = (dialect: Dialect): Migration => ({
  async up(db) {
    await countedTable(db, dialect, 'events', 'seq', {
      id: 'text',
      ts: 'int',
      community: 'text',
      device: 'text',
      type: 'text',
      data: 'text',
      received_at: 'int',
    }).execute()
    await index(db, 'events', ['id'], true)
    await index(db, 'events', ['community', 'seq'])
    await countedTable(db, dialect, 'stream_events', 'id', {
      ts: 'int',
      name: 'text',
      community: 'text',
      unit: 'text?',
      data: 'text',
    }).execute()
    await countedTable(db, dialect, 'access_log', 'seq', {
      ts: 'int',
      who: 'text',
      role: 'text',
      what: 'text',
      target: 'text',
      community: 'text',
      reason: 'text?',
    }).execute()
  },
})
