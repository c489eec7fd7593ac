import type { Database } from 'better-sqlite3'
import { decodeBatch } from '../ingest/batch-codec.ts'
import type { LogRecord } from '../model/record.ts'

const batchesPerPage = 256

export interface LogSpan {
  readonly firstId: number
  readonly lastId: number
  /** Our clock at its first and last batch, epoch ms. */
  readonly from: number
  readonly to: number
  readonly records: number
}

/** Null where there is no record yet. */
export function spanOfLog(db: Database): LogSpan | null {
  const row = db
    .prepare<[], { a: number | null; b: number; n: number }>(
      'SELECT min(id) AS a, max(id) AS b, coalesce(sum(records), 0) AS n FROM log',
    )
    .get()
  if (row === undefined || row.a === null) return null
  const at = db.prepare<[number], number>('SELECT received_at FROM log WHERE id = ?').pluck()
  return {
    firstId: row.a,
    lastId: row.b,
    from: at.get(row.a) ?? 0,
    to: at.get(row.b) ?? 0,
    records: row.n,
  }
}

/**
 * Reads the durable log in pages, each a short read of its own: a long one would keep the write-ahead log
 * of the running gateway from shrinking. Memory holds one page.
 */
export class LogReader {
  readonly #page
  readonly #span: LogSpan
  #afterId: number
  /** Batches that the sweep took away while we read. */
  missedBatches = 0

  constructor(db: Database, span: LogSpan) {
    this.#span = span
    this.#afterId = span.firstId - 1
    this.#page = db.prepare<[number, number, number], { id: number; body: Buffer }>(
      'SELECT id, body FROM log WHERE id > ? AND id <= ? ORDER BY id LIMIT ?',
    )
  }

  /** 0..1 of the batches. */
  get share(): number {
    const { firstId, lastId } = this.#span
    return (this.#afterId - firstId + 1) / Math.max(1, lastId - firstId + 1)
  }

  *pages(): Generator<LogRecord[]> {
    for (;;) {
      const rows = this.#page.all(this.#afterId, this.#span.lastId, batchesPerPage)
      const last = rows.at(-1)
      if (last === undefined) return
      this.missedBatches += last.id - this.#afterId - rows.length
      this.#afterId = last.id
      yield rows.flatMap(({ body }) => decodeBatch(body))
    }
  }
}
