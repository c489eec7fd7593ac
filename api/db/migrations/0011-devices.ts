import type { Migration } from 'kysely'

/** What a device said of itself, and whether its bridge still speaks of it. */
export const devices = (): Migration => ({
  async up(db) {
    await db.schema.alterTable('devices').addColumn('origin', 'text').execute()
  },
})
