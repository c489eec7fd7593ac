import type { Database } from 'better-sqlite3'
import { hourMs } from '../../contracts/clock.ts'
import { addPoint, mergeRolls, type Roll, rollOf, type Value } from './rollup.ts'
import { decodeValue, encodeValue } from './sqlite-value.ts'

type Row = [
  hour: number,
  count: number,
  numeric: number,
  sum: number,
  min: number | null,
  max: number | null,
  firstTs: number,
  firstSeq: number,
  first: number | string,
  firstKind: string,
  lastTs: number,
  lastSeq: number,
  last: number | string,
  lastKind: string,
]
const columns = `hour, count, numeric, sum, min, max, first_ts, first_seq, first, typeof(first),
  last_ts, last_seq, last, typeof(last)`

const rollOfRow = (row: Row): Roll => ({
  count: row[1],
  numeric: row[2],
  sum: row[3],
  min: row[4],
  max: row[5],
  firstTs: row[6],
  firstSeq: row[7],
  first: decodeValue(row[8], row[9]),
  lastTs: row[10],
  lastSeq: row[11],
  last: decodeValue(row[12], row[13]),
})

/** Gathers points by series and hour, so that a batch touches each roll-up row once. */
export class RollBatch {
  readonly #rolls = new Map<number, Map<number, Roll>>()

  add(series: number, ts: number, seq: number, value: Value): void {
    let hours = this.#rolls.get(series)
    if (hours === undefined) {
      hours = new Map()
      this.#rolls.set(series, hours)
    }
    const hour = Math.floor(ts / hourMs)
    const roll = hours.get(hour)
    if (roll === undefined) hours.set(hour, rollOf(ts, seq, value))
    else addPoint(roll, ts, seq, value)
  }

  /** Adds everything to the stored roll-ups and starts anew. */
  saveTo(store: RollupStore): void {
    for (const [series, hours] of this.#rolls)
      for (const [hour, roll] of hours) store.merge(series, hour, roll)
    this.#rolls.clear()
  }
}

/** Hourly roll-ups of points before their series' `rolled_to`. Hours are counted since the epoch. */
export class RollupStore {
  readonly #one
  readonly #range
  readonly #put
  readonly #remove
  readonly #any

  constructor(db: Database) {
    this.#one = db
      .prepare<[number, number], Row>(
        `SELECT ${columns} FROM telemetry_rollups WHERE series = ? AND hour = ?`,
      )
      .raw()
    this.#range = db
      .prepare<[number, number, number], Row>(
        `SELECT ${columns} FROM telemetry_rollups
         WHERE series = ? AND hour >= ? AND hour < ? ORDER BY hour`,
      )
      .raw()
    this.#put = db.prepare(
      'INSERT OR REPLACE INTO telemetry_rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#remove = db.prepare<[number, number]>(
      'DELETE FROM telemetry_rollups WHERE series = ? AND hour < ?',
    )
    this.#any = db
      .prepare<[number], number>('SELECT 1 FROM telemetry_rollups WHERE series = ? LIMIT 1')
      .pluck()
  }

  merge(series: number, hour: number, roll: Roll): void {
    const row = this.#one.get(series, hour)
    const sum = row === undefined ? roll : mergeRolls(rollOfRow(row), roll)
    this.#put.run(
      series,
      hour,
      sum.count,
      sum.numeric,
      sum.sum,
      sum.min,
      sum.max,
      sum.firstTs,
      sum.firstSeq,
      encodeValue(sum.first),
      sum.lastTs,
      sum.lastSeq,
      encodeValue(sum.last),
    )
  }

  /** Hours `[from, to)` in order. */
  *range(series: number, from: number, to: number): Generator<{ hour: number; roll: Roll }> {
    for (const row of this.#range.iterate(series, from, to))
      yield { hour: row[0], roll: rollOfRow(row) }
  }

  /** Deletes the hours before `hour`; answers how many. */
  removeBefore(series: number, hour: number): number {
    return this.#remove.run(series, hour).changes
  }

  has(series: number): boolean {
    return this.#any.get(series) !== undefined
  }
}
