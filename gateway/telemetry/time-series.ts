import { CodedError } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import type { Aggregate, TelemetryPoint } from '../../contracts/private-api.ts'
import type { Reading } from '../model/input.ts'

/** What happened to the readings of one `write`; the three add up to what was handed in. */
export interface WriteOutcome {
  /** Readings, not messages: a message with three values is three. */
  readonly stored: number
  /**
   * Readings that were there already (same device, name, `ts` and `seq`). A store that overwrites
   * instead of refusing (InfluxDB) cannot tell them apart and says 0.
   */
  readonly duplicates: number
  /** Refused by a bound: not a finite number, or too many different readings of one device. */
  readonly refused: number
}

/** One reading of one device. A device is community and device together. */
export interface SeriesName {
  readonly community: string
  readonly device: string
  readonly reading: string
}

export interface RangeQuery extends SeriesName {
  /** Epoch ms, inclusive. */
  readonly from: number
  /** Epoch ms, inclusive. */
  readonly to: number
  /** Points, counted from `from` on; at most and by default `limits.telemetryPointsMax`. */
  readonly limit?: number
}

export interface BucketQuery extends RangeQuery {
  /** Width of a bucket, ms; at least 1,000. Buckets start at multiples of it, counted from `alignMs`. */
  readonly bucketMs: number
  readonly aggregate: Aggregate
  /** Shifts all bucket starts, ms: days of Beijing are `bucketMs` 24 h with `alignMs` 16 h. Default 0. */
  readonly alignMs?: number
}

/**
 * Where readings are kept. Values are numbers, booleans and strings; times are whole epoch ms
 * (fractions are cut).
 *
 * - The same reading (device, name, `ts`, `seq`) is there once, however often it is written. A bare value
 *   (`seq` null) cannot be told from its repeat and is stored as it comes.
 * - `range` answers raw points by time; within one ms by `seq`.
 * - `buckets` answers only buckets that hold points: `ts` is the start of the bucket (which may lie before
 *   `from`), `count` the points behind it. `first` and `last` give the value as it was; `count` counts all
 *   points; mean, min, max and sum take booleans as 0 and 1 and leave strings out.
 *
 * Errors: `request.invalid` for a query that makes no sense; `influx.unreachable` where it is remote.
 */
export interface TimeSeries {
  write(readings: readonly Reading[]): WriteOutcome | Promise<WriteOutcome>
  range(query: RangeQuery): Promise<TelemetryPoint[]>
  buckets(query: BucketQuery): Promise<TelemetryPoint[]>
}

/** The last whole ms that 64-bit nanoseconds can say (year 2262). */
export const timeMaxMs = 9_223_372_036_853

/** Whole ms bounds and a limit that hold. Null when the range is empty. */
export function checkedRange(query: RangeQuery): {
  readonly from: number
  readonly to: number
  readonly limit: number
} | null {
  const limit = query.limit ?? limits.telemetryPointsMax
  if (Number.isNaN(query.from) || Number.isNaN(query.to) || !(limit >= 0)) {
    throw new CodedError('request.invalid', 'from, to and limit must be numbers')
  }
  const from = Math.max(0, Math.ceil(query.from))
  const to = Math.min(timeMaxMs, Math.floor(query.to))
  if (from > to || limit < 1) return null
  return { from, to, limit: Math.min(Math.floor(limit), limits.telemetryPointsMax) }
}

/** The bucket's width and shift, both whole ms. */
export function checkedBucket(query: BucketQuery): {
  readonly bucketMs: number
  readonly alignMs: number
} {
  const { bucketMs, alignMs = 0 } = query
  if (!Number.isSafeInteger(bucketMs) || bucketMs < 1_000 || !Number.isSafeInteger(alignMs)) {
    throw new CodedError('request.invalid', 'a bucket is a whole number of ms, at least 1000')
  }
  return { bucketMs, alignMs: ((alignMs % bucketMs) + bucketMs) % bucketMs }
}
