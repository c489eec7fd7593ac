import type { Migration } from 'kysely'
import { index } from '../columns.ts'

/** Candidates of the watch-list wait among the anomalies, without a ticket, until a person decides. */
export const candidates = (): Migration => ({
  async up(db) {
    for (const [name, type] of [
      ['state', 'text'],
      ['candidate', 'text'],
      ['report', 'text'],
      ['sightings', 'bigint'],
      ['decided_by', 'text'],
      ['decided_at', 'bigint'],
      ['decision_reason', 'text'],
    ] as const) {
      await db.schema.alterTable('anomalies').addColumn(name, type).execute()
    }
    await index(db, 'anomalies', ['state', 'key'])
  },
})
