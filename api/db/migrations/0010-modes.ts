import type { Migration } from 'kysely'
import { index, table } from '../columns.ts'

/** Times in which other numbers hold, with who declared and who ended them. */
export const modes = (): Migration => ({
  async up(db) {
    await table(db, 'modes', {
      id: 'text',
      community: 'text',
      mode: 'text',
      from_at: 'int',
      to_at: 'int?',
      reason: 'text',
      by_id: 'text',
      by_name: 'text',
      created_at: 'int',
      /** Ended by hand, or replaced by a new word. */
      ended_at: 'int?',
      ended_by: 'text?',
    }).execute()
    await index(db, 'modes', ['community', 'mode'])
  },
})
