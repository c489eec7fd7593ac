import { statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { Sqlite } from '../../config/sqlite.ts'
import { CodedError } from '../../contracts/errors.ts'

export interface OpenOptions {
  /** Write-ahead pages (4 KiB each) before a checkpoint copies them into the file. */
  readonly walPagesBeforeCheckpoint?: number
  /** Bigger files are not read through at the start, so that a box is ready within seconds. */
  readonly quickCheckBytesMax?: number
}

const mebibyte = 1024 * 1024

const bytesOf = (file: string): number => {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}

const damaged = (file: string, detail: string): CodedError =>
  new CodedError('database.damaged', `${file}: ${detail}`)

function checkPages(db: Database, file: string): void {
  const answer: unknown = db.pragma('quick_check(1)', { simple: true })
  if (answer !== 'ok') throw damaged(file, String(answer))
}

/**
 * Opens (and creates) a SQLite file the way everything acknowledged needs it: write-ahead log,
 * `synchronous=FULL` (a commit returns after fdatasync), foreign keys, a bounded wait for locks.
 * Throws CodedError `database.damaged` when the file is no database or its pages do not add up.
 */
export function openDatabase(file: string, options: OpenOptions = {}): Database {
  const bytesBefore = bytesOf(file)
  let db: Database | null = null
  try {
    db = new Sqlite(file)
    db.pragma('busy_timeout = 5000')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('temp_store = MEMORY')
    db.pragma('cache_size = -65536')
    db.pragma(`wal_autocheckpoint = ${options.walPagesBeforeCheckpoint ?? 4_000}`)
    db.pragma(`journal_size_limit = ${64 * mebibyte}`)
    if (bytesBefore <= (options.quickCheckBytesMax ?? 256 * mebibyte)) checkPages(db, file)
    return db
  } catch (error) {
    db?.close()
    if (error instanceof CodedError) throw error
    const code = (error as { code?: string }).code ?? ''
    if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
      throw damaged(file, (error as Error).message)
    throw error
  }
}
