import type { Migration } from 'kysely'

/** Whether a person has said what a device hangs on. All that stood there until now, people have. */
export const deviceViaByPerson = (): Migration => ({
  async up(db) {
    await db.schema
      .alterTable('devices')
      .addColumn('via_by_person', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await db.updateTable('devices').set({ via_by_person: 1 }).where('via', 'is not', null).execute()
  },
})
