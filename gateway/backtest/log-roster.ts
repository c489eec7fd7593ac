import type { Database } from 'better-sqlite3'
import { Sqlite } from '../../config/sqlite.ts'
import { CodedError } from '../../contracts/errors.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type { LogRecord } from '../model/record.ts'
import { RosterTable } from '../pipeline/roster-table.ts'

/** Opens gateway.db for reading beside the running gateway. Throws `backtest.no-log` where there is none. */
export function openForReading(file: string): Database {
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true })
    db.pragma('busy_timeout = 5000')
    return db
  } catch (error) {
    throw new CodedError('backtest.no-log', `${file}: ${(error as Error).message}`)
  }
}

/** Whether a whole roster stands near the beginning, before anything is judged by it. */
export function beginsWithRoster(page: readonly LogRecord[]): boolean {
  const first = page.find(({ kind }) => kind === 'roster')
  if (first === undefined) return false
  const text = Buffer.from(first.payload).toString('utf8')
  return !Object.hasOwn(JSON.parse(text) as object, 'base')
}

/** The people and devices of today, where the log does not say who there was. */
export function rosterOfNow(db: Database, receivedAt: number): LogRecord {
  const { book } = new RosterTable(db)
  const payload = Buffer.from(JSON.stringify(book.snapshot()))
  return { kind: 'roster', receivedAt, topic: '', client: gatewayDevice, retain: false, payload }
}
