import type { Database } from 'better-sqlite3'
import { Sqlite } from '../../config/sqlite.ts'
import { hourMs } from '../../contracts/clock.ts'
import type { LogRecord } from '../model/record.ts'
import type { OutboxItem } from '../outbox/outbox-item.ts'
import { migrateGateway } from '../pipeline/compose.ts'
import { Processor } from '../pipeline/processor.ts'
import type { MakeEngines } from '../pipeline/ruled-engines.ts'

export interface ReplayOptions {
  readonly engines: MakeEngines
  /** What the gateway would have sent up, in order, with the moment at which it would have. */
  readonly onItem: (item: OutboxItem) => void
}

/**
 * The shipped pipeline from decoding to the outbox on a database in memory: the same code as live, without
 * a series, a disk and a network. What an adapter once made of a message stands in the log and is taken from there.
 */
export class Replay {
  readonly db: Database
  readonly #options: ReplayOptions
  #processor: Processor
  #pending: OutboxItem[] = []
  #sweptAt = 0
  poisoned = 0

  constructor(options: ReplayOptions) {
    this.#options = options
    this.db = new Sqlite(':memory:')
    migrateGateway(this.db)
    this.#processor = this.#build()
  }

  get processor(): Processor {
    return this.#processor
  }

  /** Runs a chunk; one record that cannot be applied costs only itself, as it does live. */
  run(records: readonly LogRecord[]): void {
    const last = records.at(-1)
    if (last === undefined) return
    if (!this.#attempt(records) && records.length > 1)
      for (const record of records) this.#attempt([record])
    if (last.receivedAt - this.#sweptAt < hourMs) return
    this.#sweptAt = last.receivedAt
    this.#processor.seen.sweep(last.receivedAt)
    this.#processor.anomalies.sweep()
  }

  close(): void {
    this.db.close()
  }

  #build(): Processor {
    return new Processor(this.db, {
      engines: this.#options.engines,
      series: { write: () => ({ stored: 0, duplicates: 0 }) },
      outbox: { put: (item) => this.#pending.push(item) },
    })
  }

  #attempt(records: readonly LogRecord[]): boolean {
    this.#pending = []
    this.db.exec('BEGIN')
    try {
      this.#processor.run(records, records.at(-1)?.receivedAt ?? 0)
      this.db.exec('COMMIT')
    } catch {
      // Memory followed the failed transaction: it is built anew from what was committed.
      this.db.exec('ROLLBACK')
      this.#processor = this.#build()
      if (records.length === 1) this.poisoned++
      return false
    }
    for (const item of this.#pending) this.#options.onItem(item)
    return true
  }
}
