import type { Database } from 'better-sqlite3'
import type { Clock } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import { decodeBatch, encodeRecords } from '../ingest/batch-codec.ts'
import type { Logger } from '../model/logger.ts'
import type { LogRecord } from '../model/record.ts'
import { CommitTimes } from './commit-times.ts'
import { DurableLog, type LogLimits } from './durable-log.ts'
import type { BatchResult, Counts, Derived } from './batch-result.ts'
import { Processor, type ProcessorParts } from './processor.ts'

export interface RunnerDeps {
  readonly db: Database
  readonly parts: ProcessorParts
  readonly log: LogLimits
  readonly clock: Clock
  readonly logger: Logger
}

const triesPerRecord = 3
const nothing: BatchResult = {
  effects: [],
  events: [],
  deviceEvents: [],
  fireReadings: [],
  firstSeen: [],
  counts: { readingsIn: 0, readingsStored: 0, readingsDuplicate: 0 },
  outOfStep: [],
  derived: [],
  publish: [],
  wants: null,
}

/** Null where the error is no matter of the disk. */
function storageError(error: unknown): CodedError | null {
  const { code = '', message } = error as { code?: string; message: string }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new CodedError('database.damaged', message)
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY|LOCKED|NOMEM)/.test(code)
    ? new CodedError('disk.full', `${code}: ${message}`)
    : null
}

/** One transaction per batch: the log, the readings, the engines' state, the outbox, or nothing of it. */
export class BatchRunner {
  readonly #deps: RunnerDeps
  #books: { readonly log: DurableLog; readonly processor: Processor }
  readonly commitTimes = new CommitTimes()
  readonly totals: Counts = { readingsIn: 0, readingsStored: 0, readingsDuplicate: 0 }
  poisoned = 0
  rollbacks = 0

  constructor(deps: RunnerDeps) {
    this.#deps = deps
    this.#books = this.#build()
  }

  get processor(): Processor {
    return this.#books.processor
  }
  get log(): DurableLog {
    return this.#books.log
  }

  /**
   * Commits a batch. Throws CodedError `disk.full` or `database.damaged` when nothing may be
   * acknowledged. A record that fails by itself three times is quarantined, the others go on.
   */
  run(body: Uint8Array): BatchResult {
    const records = decodeBatch(body)
    if (records.every((record) => this.#isIdle(record))) return nothing
    try {
      return this.#attempt(records, body)
    } catch (error) {
      const storage = storageError(error)
      if (storage !== null) throw storage
      this.#deps.logger.error({ error: describe(error), records: records.length }, 'batch failed')
      return this.#oneByOne(records)
    }
  }

  /** Runs work of the pipeline's own tables in a transaction that undoes what memory holds as well. */
  inTransaction<T>(work: () => T): T {
    const { db } = this.#deps
    db.exec('BEGIN IMMEDIATE')
    try {
      const answer = work()
      db.exec('COMMIT')
      return answer
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  #build(): { readonly log: DurableLog; readonly processor: Processor } {
    const { db, parts, log } = this.#deps
    return { log: new DurableLog(db, log), processor: new Processor(db, parts) }
  }

  /** A tick that nothing waits for need not be written. */
  #isIdle(record: LogRecord): boolean {
    return record.kind === 'tick' && !this.#books.processor.isDue(record.receivedAt)
  }

  #attempt(records: readonly LogRecord[], body: Uint8Array): BatchResult {
    const started = performance.now()
    const result = this.inTransaction(() => {
      const last = records.at(-1)?.receivedAt ?? 0
      const done = this.#books.processor.run(records, this.#deps.clock())
      const logged = withDerived(records, done.derived)
      if (logged === records) this.#books.log.append(body, records.length, Math.round(last))
      else this.#books.log.append(encodeRecords(logged), logged.length, Math.round(last))
      return done
    })
    this.commitTimes.add(performance.now() - started)
    this.totals.readingsIn += result.counts.readingsIn
    this.totals.readingsStored += result.counts.readingsStored
    this.totals.readingsDuplicate += result.counts.readingsDuplicate
    return result
  }

  #oneByOne(records: readonly LogRecord[]): BatchResult {
    const results = records.map((record, position) => {
      const result = this.#single(record)
      return result.outOfStep.length === 0 ? result : { ...result, outOfStep: [position] }
    })
    return {
      effects: results.flatMap((result) => result.effects),
      events: results.flatMap((result) => result.events),
      deviceEvents: results.flatMap((result) => result.deviceEvents),
      fireReadings: results.flatMap((result) => result.fireReadings),
      firstSeen: results.flatMap((result) => result.firstSeen),
      counts: nothing.counts,
      outOfStep: results.flatMap((result) => result.outOfStep),
      derived: [],
      publish: results.flatMap((result) => result.publish),
      wants: results.findLast((result) => result.wants !== null)?.wants ?? null,
    }
  }

  #single(record: LogRecord): BatchResult {
    const body = encodeRecords([record])
    let last: unknown = null
    for (let attempt = 0; attempt < triesPerRecord; attempt++) {
      try {
        return this.#attempt([record], body)
      } catch (error) {
        const storage = storageError(error)
        if (storage !== null) throw storage
        last = error
      }
    }
    this.#setAside(record, body, describe(last))
    return nothing
  }

  #setAside(record: LogRecord, body: Uint8Array, detail: string): void {
    this.poisoned++
    this.#deps.logger.error({ topic: record.topic, kind: record.kind, detail }, 'record set aside')
    this.inTransaction(() => {
      this.#books.log.append(body, 1, Math.round(record.receivedAt))
      this.#books.processor.quarantine.add({
        ts: record.receivedAt,
        topic: record.topic.slice(0, 200),
        client: record.client,
        code: 'record.poisoned',
        detail: detail.slice(0, 500),
        bytes: record.payload.length,
      })
      this.#books.processor.quarantine.flush()
    })
  }

  /** Memory that followed the failed transaction is thrown away and read from the disk again. */
  #rollback(): void {
    const { db } = this.#deps
    this.rollbacks++
    if (db.inTransaction) db.exec('ROLLBACK')
    this.#books = this.#build()
  }
}

/** The batch as it stands in the log: what adapters made of a record before the record itself. */
function withDerived(
  records: readonly LogRecord[],
  derived: readonly Derived[],
): readonly LogRecord[] {
  if (derived.length === 0) return records
  const at = new Map(derived.map(({ position, inputs }) => [position, inputs]))
  return records.flatMap((record, position) => {
    const inputs = at.get(position)
    if (inputs === undefined) return [record]
    const payload = Buffer.from(JSON.stringify(inputs))
    return [{ ...record, kind: 'derived' as const, retain: false, payload }, record]
  })
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
