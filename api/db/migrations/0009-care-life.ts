import type { Migration } from 'kysely'
import { type AnyDb, index, table } from '../columns.ts'

/** What happens in a life: check-ins, calls, how an absence ended, a death; and whose account a resident's is. */
export const careLife = (): Migration => ({
  async up(db) {
    await table(db, 'care_signs', {
      id: 'text',
      kind: 'text',
      resident: 'text',
      community: 'text',
      at: 'int',
      answered: 'int?',
      by_whom: 'text?',
      note: 'text?',
      by_id: 'text',
      by_name: 'text',
      created_at: 'int',
      forwarded_at: 'int?',
    }).execute()
    await index(db, 'care_signs', ['resident'])
    await table(
      db,
      'deaths',
      {
        resident: 'text',
        at: 'int',
        note: 'text?',
        by_id: 'text',
        by_name: 'text',
        recorded_at: 'int',
        kept: 'text?',
      },
      ['resident'],
    ).execute()
    await columns(db, 'suspensions', [
      ['by_name', 'text'],
      ['ended_at', 'bigint'],
      ['ended_by', 'text'],
      ['end_reason', 'text'],
    ])
    await columns(db, 'residents', [['deceased_at', 'bigint']])
    await columns(db, 'users', [['resident', 'text']])
  },
})

async function columns(
  db: AnyDb,
  name: string,
  added: readonly (readonly [string, 'text' | 'bigint'])[],
): Promise<void> {
  for (const [column, type] of added)
    await db.schema.alterTable(name).addColumn(column, type).execute()
}
