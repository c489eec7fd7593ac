import type { Database } from 'better-sqlite3'
import { dayMs, hourMs } from '../../contracts/clock.ts'
import type { TelemetryPoint } from '../../contracts/private-api.ts'
import type { Reading } from '../model/input.ts'
import { bucketsOf } from './bucket-query.ts'
import { RawPoints } from './raw-points.ts'
import { RollBatch, RollupStore } from './rollup-store.ts'
import { type Series, SeriesBook } from './series-book.ts'
import { type PruneCounts, type PruneOutcome, SeriesPruner } from './series-pruner.ts'
import { rowBytes, SeriesState } from './series-state.ts'
import { encodeValue, type StoredValue, textBytes } from './sqlite-value.ts'
import {
  type BucketQuery,
  checkedBucket,
  checkedRange,
  type RangeQuery,
  type TimeSeries,
  type WriteOutcome,
} from './time-series.ts'

export interface SqliteSeriesOptions {
  /** Age at which raw points go, ms. Default 30 d; more than the 7 d that a reading may be late. */
  readonly rawKeepMs?: number
  /** Age at which hourly roll-ups go, ms. Default 2 years. */
  readonly rollupKeepMs?: number
  /** How long after its end an hour is rolled up, ms. Default 1 h. */
  readonly rollDelayMs?: number
  /** Raw points held at most. Default 200 million. */
  readonly rowsMax?: number
  /** Estimated bytes of raw points held at most. Default 8 GiB. */
  readonly bytesMax?: number
  /** Series held in memory at most. Default 50,000. */
  readonly cacheMax?: number
  /** Different readings that one device may have. Default 512. */
  readonly perDeviceMax?: number
  /** Rows in telemetry_recent at which it is poured over. Default 20,000. */
  readonly settleRows?: number
  /** Raw points read at most for one bucket query. Default 500,000. */
  readonly scanRowsMax?: number
}

export interface SqliteSeriesStats {
  /** Raw points held. */
  readonly rows: number
  /** Their estimated bytes. */
  readonly bytes: number
  readonly pruned: PruneCounts
  /** Readings refused by a bound since the start. */
  readonly refused: number
  readonly cacheOverflows: number
}

/** The series store on SQLite: `write` and `prune` are synchronous, for the single writer of gateway.db. */
export interface SqliteSeries extends TimeSeries {
  /** Runs inside the caller's transaction, or in one of its own. */
  write(readings: readonly Reading[]): WriteOutcome
  /**
   * Rolls up closed hours and deletes old raw points and roll-ups, about `budgetRows` at a time, in the
   * caller's transaction or one of its own. Call it every few seconds, and again at once while `more`.
   */
  prune(nowMs: number, budgetRows: number): PruneOutcome
  stats(): SqliteSeriesStats
}

/** Needs `telemetryTables` in `db`. Reading alone may also be done on another connection. */
export const createSqliteSeries = (db: Database, options: SqliteSeriesOptions = {}): SqliteSeries =>
  new SqliteTimeSeries(db, options)

/**
 * A bare value gets a negative number that sorts by arrival: 42 bits of the receive time in ms, 10 bits
 * of a running number. Numbered readings have `seq >= 0`, so the two never meet.
 */
const bareSeq = (receivedAt: number, running: number): number =>
  -(2 ** 52) + (Math.floor(receivedAt) % 2 ** 42) * 1_024 + (running % 1_024)

class SqliteTimeSeries implements SqliteSeries {
  readonly #db: Database
  readonly #book: SeriesBook
  readonly #state: SeriesState
  readonly #raw: RawPoints
  readonly #rollups: RollupStore
  readonly #pruner: SeriesPruner
  readonly #insertPoint
  readonly #insertRecent
  readonly #settleRows: number
  readonly #scanRowsMax: number
  #refused = 0

  constructor(db: Database, options: SqliteSeriesOptions) {
    this.#db = db
    this.#state = new SeriesState(db)
    this.#book = new SeriesBook(db, this.#state, {
      cacheMax: options.cacheMax ?? 50_000,
      perDeviceMax: options.perDeviceMax ?? 512,
    })
    this.#raw = new RawPoints(db)
    this.#rollups = new RollupStore(db)
    this.#pruner = new SeriesPruner(
      db,
      { raw: this.#raw, rollups: this.#rollups, state: this.#state },
      {
        rawKeepMs: options.rawKeepMs ?? 30 * dayMs,
        rollupKeepMs: options.rollupKeepMs ?? 731 * dayMs,
        rollDelayMs: options.rollDelayMs ?? hourMs,
        rowsMax: options.rowsMax ?? 200_000_000,
        bytesMax: options.bytesMax ?? 8 * 1024 ** 3,
      },
    )
    const insert = (table: string) =>
      db.prepare<[number, number, number, StoredValue]>(
        `INSERT OR IGNORE INTO ${table} VALUES (?, ?, ?, ?)`,
      )
    this.#insertPoint = insert('telemetry_points')
    this.#insertRecent = insert('telemetry_recent')
    this.#settleRows = options.settleRows ?? 20_000
    this.#scanRowsMax = options.scanRowsMax ?? 500_000
  }

  write(readings: readonly Reading[]): WriteOutcome {
    if (!this.#db.inTransaction) return this.#db.transaction(() => this.write(readings))()
    this.#begin()
    const late = new RollBatch()
    let stored = 0
    let recent = 0
    let text = 0
    let refused = 0
    for (const reading of readings) {
      const value = encodeValue(reading.value)
      const series =
        value === null ? null : this.#book.intern(reading.community, reading.device, reading.name)
      if (value === null || series === null) {
        refused += 1
        continue
      }
      const ts = Math.max(0, Math.floor(reading.ts))
      const seq = this.#insert(series, ts, reading, value)
      if (seq === null) continue
      stored += 1
      if (ts > series.settledTo) recent += 1
      if (typeof value === 'string') text += textBytes(value)
      if (ts < series.rolledTo) late.add(series.id, ts, seq, reading.value)
    }
    late.saveTo(this.#rollups)
    if (stored > 0) this.#state.added(stored, stored * rowBytes + text, recent)
    if (this.#state.recent >= this.#settleRows) this.#settle()
    this.#state.save()
    this.#refused += refused
    return { stored, duplicates: readings.length - stored - refused, refused }
  }

  // oxlint-disable-next-line typescript/require-await -- the port is asynchronous, SQLite is not
  async range(query: RangeQuery): Promise<TelemetryPoint[]> {
    const range = checkedRange(query)
    const series = this.#book.find(query)
    if (range === null || series === null) return []
    return this.#raw.list(series.id, range.from, range.to, range.limit)
  }

  // oxlint-disable-next-line typescript/require-await -- the port is asynchronous, SQLite is not
  async buckets(query: BucketQuery): Promise<TelemetryPoint[]> {
    const range = checkedRange(query)
    const bucket = checkedBucket(query)
    const series = this.#book.find(query)
    if (range === null || series === null) return []
    const plan = {
      ...range,
      ...bucket,
      aggregate: query.aggregate,
      scanRowsMax: this.#scanRowsMax,
    }
    return bucketsOf({ raw: this.#raw, rollups: this.#rollups }, series, plan)
  }

  prune(nowMs: number, budgetRows: number): PruneOutcome {
    if (!this.#db.inTransaction) return this.#db.transaction(() => this.prune(nowMs, budgetRows))()
    this.#begin()
    const outcome = this.#pruner.slice(nowMs, budgetRows)
    this.#state.save()
    if (this.#pruner.changedSeries) this.#book.forget()
    return outcome
  }

  stats(): SqliteSeriesStats {
    this.#begin()
    return {
      rows: this.#state.rows,
      bytes: this.#state.bytes,
      pruned: this.#pruner.counts,
      refused: this.#refused,
      cacheOverflows: this.#book.overflows,
    }
  }

  /** A transaction that was rolled back has left the cache with series that are not there. */
  #begin(): void {
    if (!this.#state.load()) this.#book.forget()
  }

  /** The `seq` under which it is stored now; null when it was there already. */
  #insert(series: Series, ts: number, reading: Reading, value: StoredValue): number | null {
    const insert = ts > series.settledTo ? this.#insertRecent : this.#insertPoint
    if (reading.seq !== null)
      return insert.run(series.id, ts, reading.seq, value).changes === 1 ? reading.seq : null
    for (let attempt = 0; attempt < 1_024; attempt += 1) {
      const seq = bareSeq(reading.receivedAt, series.bare)
      series.bare += 1
      if (insert.run(series.id, ts, seq, value).changes === 1) return seq
    }
    return null
  }

  /** Pours telemetry_recent into telemetry_points, in the order in which these are clustered. */
  #settle(): void {
    this.#db.exec(
      'INSERT INTO telemetry_points SELECT * FROM telemetry_recent; DELETE FROM telemetry_recent',
    )
    this.#state.settled()
    this.#book.forget()
  }
}
