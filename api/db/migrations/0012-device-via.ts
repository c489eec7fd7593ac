import type { Migration } from 'kysely'

/** What a device hangs on: a switch, a bridge, a gateway device. */
export const deviceVia = (): Migration => ({
  async up(db) {
    await db.schema.alterTable('devices').addColumn('via', 'text').execute()
  },
})
