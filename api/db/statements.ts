import type { SqliteDatabase, SqliteStatement } from 'kysely'

const keptMax = 256
/** What changes the schema is said once. */
const repeated = /^(?:select|insert|update|delete|with)\b/i

/**
 * The same few questions are asked over and over: their statements are kept, the least recently used one
 * goes first. Nobody reads row by row, so none is in use twice.
 */
export function keepingStatements(database: SqliteDatabase): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => {
      kept.clear()
      database.close()
    },
    prepare(text) {
      if (!repeated.test(text)) return database.prepare(text)
      const statement = kept.get(text) ?? database.prepare(text)
      kept.delete(text)
      kept.set(text, statement)
      if (kept.size > keptMax) kept.delete(kept.keys().next().value ?? '')
      return statement
    },
  }
}
