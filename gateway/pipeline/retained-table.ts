import type { Database } from 'better-sqlite3'
import type { LogRecord } from '../model/record.ts'

export interface RetainedRow {
  readonly topic: string
  readonly payload: Uint8Array
}

/** Retained messages on disk, changed in the transaction that commits their record. */
export class RetainedTable {
  readonly #topicsMax: number
  readonly #put
  readonly #remove
  readonly #all
  readonly #has
  #topics: number
  /** New topics that were not kept because the table is full. */
  refused = 0

  constructor(db: Database, topicsMax: number) {
    this.#topicsMax = topicsMax
    this.#put = db.prepare<[string, Uint8Array]>(
      'INSERT INTO retained VALUES (?, ?) ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload',
    )
    this.#remove = db.prepare<[string]>('DELETE FROM retained WHERE topic = ?')
    this.#all = db.prepare<[], RetainedRow>('SELECT topic, payload FROM retained')
    this.#has = db.prepare<[string], number>('SELECT 1 FROM retained WHERE topic = ?').pluck()
    this.#topics = db.prepare<[], number>('SELECT count(*) FROM retained').pluck().get() as number
  }

  apply(record: LogRecord): void {
    if (record.payload.length === 0) {
      this.#topics -= this.#remove.run(record.topic).changes
      return
    }
    const known = this.#has.get(record.topic) !== undefined
    if (!known && this.#topics >= this.#topicsMax) {
      this.refused++
      return
    }
    if (!known) this.#topics++
    this.#put.run(record.topic, record.payload)
  }

  all(): RetainedRow[] {
    return this.#all.all()
  }
}
