import type { Database } from 'better-sqlite3'

/** What a raw point takes on disk without its text, bytes (measured on a million points). */
export const rowBytes = 28

interface StateRow {
  readonly epoch: number
  readonly rows: number
  readonly bytes: number
  readonly recent: number
}

/**
 * Sums over the tables that would be slow to count, saved in the transaction that changes them.
 * `load()` at the start of an operation, `save()` at its end: so they follow a rollback.
 */
export class SeriesState {
  readonly #load
  readonly #save
  #row: StateRow = { epoch: 0, rows: 0, bytes: 0, recent: 0 }
  #known = -1
  #dirty = false

  constructor(db: Database) {
    this.#load = db.prepare<[], StateRow>('SELECT epoch, rows, bytes, recent FROM telemetry_state')
    this.#save = db.prepare<StateRow>(
      'UPDATE telemetry_state SET epoch = @epoch, rows = @rows, bytes = @bytes, recent = @recent',
    )
  }

  /** False when the database is not as this object left it: what was learnt from it is void. */
  load(): boolean {
    const row = this.#load.get()
    if (row === undefined)
      throw new Error('telemetry_state has no row: apply telemetryTables first')
    this.#row = row
    this.#dirty = false
    const same = row.epoch === this.#known
    this.#known = row.epoch
    return same
  }

  save(): void {
    if (!this.#dirty) return
    this.#save.run(this.#row)
    this.#known = this.#row.epoch
    this.#dirty = false
  }

  /** Raw points in both tables. */
  get rows(): number {
    return this.#row.rows
  }
  /** Their estimated bytes. */
  get bytes(): number {
    return this.#row.bytes
  }
  /** Of the rows, those in telemetry_recent. */
  get recent(): number {
    return this.#row.recent
  }

  /** Something that a cache holds has changed. */
  changed(): void {
    this.#update({ epoch: this.#row.epoch + 1 })
  }
  added(rows: number, bytes: number, recent: number): void {
    this.#update({
      rows: this.#row.rows + rows,
      bytes: this.#row.bytes + bytes,
      recent: this.#row.recent + recent,
    })
  }
  removed(rows: number, bytes: number, recent: number): void {
    this.added(-rows, -bytes, -recent)
  }
  settled(): void {
    this.#update({ recent: 0, epoch: this.#row.epoch + 1 })
  }

  #update(change: Partial<StateRow>): void {
    this.#row = { ...this.#row, ...change }
    this.#dirty = true
  }
}
