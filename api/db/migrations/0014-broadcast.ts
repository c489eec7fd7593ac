import type { Migration } from 'kysely'
import { index, table } from '../columns.ts'

/** What loudspeakers play: sounds on disk, and clips that people have brought. */
export const broadcast = (): Migration => ({
  async up(db) {
    await table(
      db,
      'sounds',
      {
        sha256: 'text',
        bytes: 'int',
        duration_ms: 'int',
        speech_key: 'text?',
        created_at: 'int',
        used_at: 'int',
      },
      ['sha256'],
    ).execute()
    await index(db, 'sounds', ['speech_key'])
    await table(db, 'broadcast_clips', {
      id: 'text',
      community: 'text',
      name: 'text',
      sound: 'text',
      duration_ms: 'int',
      source_type: 'text',
      created_by: 'text',
      created_by_name: 'text',
      created_at: 'int',
      used_at: 'int',
    }).execute()
    await index(db, 'broadcast_clips', ['community', 'id'])
    await index(db, 'broadcast_clips', ['sound'])
    await db.schema.alterTable('broadcasts').addColumn('clip', 'text').execute()
    await index(db, 'broadcasts', ['clip'])
    await db.schema.alterTable('broadcast_receipts').addColumn('way', 'text').execute()
  },
})
