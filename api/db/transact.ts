import type { Db, Trx } from './open.ts'

export type Transact = <T>(work: (trx: Trx) => Promise<T>) => Promise<T>

/** SQLite and PostgreSQL names of "somebody else was first". */
const lostRace: ReadonlySet<string> = new Set([
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  '23505',
  '40001',
  '40P01',
])
const triesMax = 4

export function isLostRace(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' && lostRace.has(code)
}

/**
 * Runs work in one transaction and then tells the stream that there is news. Work that lost a race is
 * run again from its start, at most four times, so it must do nothing but read and write through `trx`.
 */
export function createTransact(db: Db, committed: () => void): Transact {
  return async (work) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await db.transaction().execute(work)
        committed()
        return result
      } catch (error) {
        if (!isLostRace(error) || attempt >= triesMax) throw error
      }
    }
  }
}
