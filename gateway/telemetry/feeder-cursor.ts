import type { Database } from 'better-sqlite3'

/** How far a feeder has come. */
export interface Cursor {
  /** Id of the last log entry that is wholly written. */
  readonly id: number
  /** Running number for the next bare value: saved with the id, so that a repeat numbers alike. */
  readonly bare: number
}

export interface CursorStore {
  load(): Cursor | Promise<Cursor>
  save(cursor: Cursor): void | Promise<void>
}

/** In `telemetry_cursor` of gateway.db, by name. */
export function createSqliteCursor(db: Database, name: string): CursorStore {
  const load = db.prepare<[string], Cursor>('SELECT id, bare FROM telemetry_cursor WHERE name = ?')
  const save = db.prepare<[string, number, number]>(
    'INSERT OR REPLACE INTO telemetry_cursor VALUES (?, ?, ?)',
  )
  return {
    load: () => load.get(name) ?? { id: 0, bare: 0 },
    save: (cursor) => void save.run(name, cursor.id, cursor.bare),
  }
}
