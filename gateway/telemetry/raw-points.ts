import type { Database } from 'better-sqlite3'
import type { TelemetryPoint } from '../../contracts/private-api.ts'
import type { Value } from './rollup.ts'
import { decodeValue } from './sqlite-value.ts'

type Row = [ts: number, seq: number, value: number | string, kind: string]

export interface RawPoint {
  readonly ts: number
  readonly seq: number
  readonly value: Value
}

/** What a slice of deleting took away. */
export interface Deleted {
  readonly rows: number
  /** Of them in telemetry_recent. */
  readonly recent: number
  readonly textBytes: number
}

const tables = ['telemetry_points', 'telemetry_recent'] as const

/** Raw points of one series in both tables: everything in the first is older than all in the second. */
export class RawPoints {
  readonly #sides

  constructor(db: Database) {
    this.#sides = tables.map((table) => ({
      select: db
        .prepare<[number, number, number, number], Row>(
          `SELECT ts, seq, value, typeof(value) FROM ${table}
           WHERE series = ? AND ts >= ? AND ts <= ? ORDER BY ts, seq LIMIT ?`,
        )
        .raw(),
      oldest: db
        .prepare<[number], number | null>(`SELECT min(ts) FROM ${table} WHERE series = ?`)
        .pluck(),
      boundary: db
        .prepare<[number, number, number], number>(
          `SELECT ts FROM ${table} WHERE series = ? AND ts < ? ORDER BY ts, seq LIMIT 1 OFFSET ?`,
        )
        .pluck(),
      text: db
        .prepare<[number, number], number | null>(
          `SELECT sum(length(CAST(value AS BLOB))) FROM ${table}
           WHERE series = ? AND ts < ? AND typeof(value) = 'text'`,
        )
        .pluck(),
      remove: db.prepare<[number, number]>(`DELETE FROM ${table} WHERE series = ? AND ts < ?`),
    }))
  }

  /** At most `limit` points with `from <= ts <= to`, in order. */
  list(series: number, from: number, to: number, limit: number): TelemetryPoint[] {
    const points: TelemetryPoint[] = []
    for (const side of this.#sides) {
      const left = limit - points.length
      if (left <= 0) break
      for (const row of side.select.all(series, from, to, left))
        points.push({ ts: row[0], value: decodeValue(row[2], row[3]) })
    }
    return points
  }

  /** The same one by one, with `seq`. No other statement may run on this connection meanwhile. */
  *each(series: number, from: number, to: number, limit: number): Generator<RawPoint> {
    let left = limit
    for (const side of this.#sides) {
      if (left <= 0) return
      for (const row of side.select.iterate(series, from, to, left)) {
        left -= 1
        yield { ts: row[0], seq: row[1], value: decodeValue(row[2], row[3]) }
      }
    }
  }

  /** Null when no raw point is held. */
  oldestTs(series: number): number | null {
    for (const side of this.#sides) {
      const ts = side.oldest.get(series)
      if (ts !== null && ts !== undefined) return ts
    }
    return null
  }

  /** Deletes points before `beforeMs`, about `budget` rows: points of one ms go together. */
  removeBefore(series: number, beforeMs: number, budget: number): Deleted {
    let rows = 0
    let recent = 0
    let textBytes = 0
    for (const [index, side] of this.#sides.entries()) {
      if (rows >= budget) break
      const boundary = side.boundary.get(series, beforeMs, budget - rows)
      const until = boundary === undefined ? beforeMs : Math.min(beforeMs, boundary + 1)
      textBytes += side.text.get(series, until) ?? 0
      const { changes } = side.remove.run(series, until)
      rows += changes
      if (index === 1) recent += changes
    }
    return { rows, recent, textBytes }
  }
}
