import type Database from 'better-sqlite3'

/** The numbered steps of one part; step n takes its tables from version n to n + 1. Never edited once released. */
export interface PartMigrations {
  readonly part: string
  readonly steps: readonly string[]
}

const versionTable =
  'CREATE TABLE IF NOT EXISTS migrations (part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT'

/** Brings each part's tables to its newest version, each step in a transaction of its own. */
export function migrate(db: Database.Database, parts: readonly PartMigrations[]): void {
  db.exec(versionTable)
  const read = db.prepare('SELECT version FROM migrations WHERE part = ?').pluck()
  const write = db.prepare(
    'INSERT INTO migrations (part, version) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET version = excluded.version',
  )
  for (const { part, steps } of parts) {
    const from = Number(read.get(part) ?? 0)
    steps.slice(from).forEach((sql, step) => {
      db.transaction(() => {
        db.exec(sql)
        write.run(part, from + step + 1)
      }).immediate()
    })
  }
}
