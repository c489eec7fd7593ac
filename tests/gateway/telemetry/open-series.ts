import type { Database } from 'better-sqlite3'
import { Sqlite } from '../../../config/sqlite.ts'
import { telemetryTables } from '../../../gateway/telemetry/series-tables.ts'
import type { Reading } from '../../../gateway/model/input.ts'

/** A real database in memory, or in a file, with the telemetry tables. */
export function openTables(file = ':memory:'): Database {
  const db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  for (const sql of telemetryTables) db.exec(sql)
  return db
}

export const reading = (fields: Partial<Reading> & Pick<Reading, 'ts' | 'value'>): Reading => ({
  kind: 'reading',
  community: 'home',
  device: 'meter-1',
  name: 'temperature',
  seq: null,
  receivedAt: fields.ts,
  clockMarked: false,
  ...fields,
})
