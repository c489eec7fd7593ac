import type { Migration } from 'kysely'

/** Lines of a ticket's story that the machine writes are in both languages from here on. */
export const timelineEn = (): Migration => ({
  async up(db) {
    await db.schema.alterTable('ticket_timeline').addColumn('note_en', 'text').execute()
  },
})
