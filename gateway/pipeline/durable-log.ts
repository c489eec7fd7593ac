import type { Database } from 'better-sqlite3'

export interface LogLimits {
  readonly bytesMax: number
  readonly ageMaxMs: number
}

/** One committed batch, as the codec in gateway/ingest wrote it. */
export interface LoggedBatch {
  readonly id: number
  readonly body: Buffer
}

interface Oldest {
  readonly id: number
  readonly received_at: number
  readonly records: number
  readonly bytes: number
}

const rowsPerSweep = 2_000

/** Everything that was acknowledged, in order, bounded by bytes and age. */
export class DurableLog {
  readonly #limits: LogLimits
  readonly #insert
  readonly #after
  readonly #oldest
  readonly #delete
  readonly #newestAt
  readonly #lag
  #bytes: number
  #newestId: number
  /** Records that the bound on bytes took away before the slowest reader had them. */
  unreadDropped = 0

  constructor(db: Database, limits: LogLimits) {
    this.#limits = limits
    this.#insert = db.prepare<[number, number, number, Uint8Array]>(
      'INSERT INTO log (received_at, records, bytes, body) VALUES (?, ?, ?, ?)',
    )
    this.#after = db.prepare<[number], LoggedBatch>(
      'SELECT id, body FROM log WHERE id > ? ORDER BY id',
    )
    this.#oldest = db.prepare<[number], Oldest>(
      'SELECT id, received_at, records, bytes FROM log ORDER BY id LIMIT ?',
    )
    this.#delete = db.prepare<[number]>('DELETE FROM log WHERE id <= ?')
    this.#newestAt = db.prepare<[], { id: number; at: number }>(
      'SELECT id, received_at AS at FROM log ORDER BY id DESC LIMIT 1',
    )
    this.#lag = db
      .prepare<[number], number>('SELECT coalesce(sum(records), 0) FROM log WHERE id > ?')
      .pluck()
    this.#bytes = db
      .prepare<[], number>('SELECT coalesce(sum(bytes), 0) FROM log')
      .pluck()
      .get() as number
    this.#newestId = this.#newestAt.get()?.id ?? 0
  }

  get bytes(): number {
    return this.#bytes
  }
  get newestId(): number {
    return this.#newestId
  }

  /** Our clock when the newest batch came in, epoch ms: the last sign of life before a restart. */
  newestAt(): number | null {
    return this.#newestAt.get()?.at ?? null
  }

  append(body: Uint8Array, records: number, receivedAt: number): number {
    const { lastInsertRowid } = this.#insert.run(receivedAt, records, body.length, body)
    this.#bytes += body.length
    this.#newestId = Number(lastInsertRowid)
    return this.#newestId
  }

  /** Batches after `afterId` in order, about `bytesMax` of them, but at least one if there is one. */
  read(afterId: number, bytesMax: number): LoggedBatch[] {
    const batches: LoggedBatch[] = []
    let bytes = 0
    for (const batch of this.#after.iterate(afterId)) {
      batches.push(batch)
      bytes += batch.body.length
      if (bytes >= bytesMax) break
    }
    return batches
  }

  /** Records that a reader with this cursor has not had yet. */
  lag(cursor: number): number {
    return this.#lag.get(cursor) ?? 0
  }

  /**
   * Deletes a few of the oldest batches: too old and read by all, or too many bytes. `cursor` is the
   * last id that the slowest reader has had; null where there is no reader. True when there is more to do.
   */
  sweep(now: number, cursor: number | null): boolean {
    const readTo = cursor ?? Number.MAX_SAFE_INTEGER
    let last: number | null = null
    let swept = 0
    for (const row of this.#oldest.all(rowsPerSweep)) {
      const tooMuch = this.#bytes > this.#limits.bytesMax
      const tooOld = now - row.received_at > this.#limits.ageMaxMs && row.id <= readTo
      // The newest one stays: it says when the gateway was last alive.
      if ((!tooMuch && !tooOld) || row.id === this.#newestId) break
      if (row.id > readTo) this.unreadDropped += row.records
      this.#bytes -= row.bytes
      last = row.id
      swept++
    }
    if (last !== null) this.#delete.run(last)
    return swept === rowsPerSweep
  }
}
