import type { IPoint } from 'influx'
import { CodedError } from '../../contracts/errors.ts'
import type { Aggregate, TelemetryPoint } from '../../contracts/private-api.ts'
import { exhausted } from '../../contracts/result.ts'
import type { Reading } from '../model/input.ts'
import { InfluxConnection, type InfluxOptions, InfluxRefusal } from './influx-connection.ts'
import { measurement, pointsOf, tagOf, valueOf } from './influx-points.ts'
import {
  type BucketQuery,
  checkedBucket,
  checkedRange,
  type RangeQuery,
  type SeriesName,
  type TimeSeries,
  type WriteOutcome,
} from './time-series.ts'

export interface InfluxSeries extends TimeSeries {
  /** Makes the database. `influx.unreachable` when that cannot be done now. */
  start(): Promise<void>
  write(readings: readonly Reading[]): Promise<WriteOutcome>
  /** As `write`, but bare values are numbered from `bareFrom`: repeating the call changes nothing. */
  writeNumbered(readings: readonly Reading[], bareFrom: number): Promise<NumberedOutcome>
}

export interface NumberedOutcome {
  /** Readings that InfluxDB will never take. */
  readonly refused: number
  /** `bareFrom` of the next call. */
  readonly bareNext: number
}

/** The port on InfluxDB 1.x. Does no retries: that is the feeder's work. `random` answers 0 <= x < 1. */
export const createInfluxSeries = (
  deps: { readonly random: () => number },
  options: InfluxOptions,
): InfluxSeries => new InfluxTimeSeries(deps.random, options)

const where = `"community" = $community AND "device" = $device AND "reading" = $reading`

class InfluxTimeSeries implements InfluxSeries {
  readonly #connection: InfluxConnection
  readonly #pointsPerRequest: number
  #bare: number

  constructor(random: () => number, options: InfluxOptions) {
    this.#connection = new InfluxConnection(options)
    this.#pointsPerRequest = options.pointsPerRequest ?? 5_000
    // Somewhere else after each start, so as not to overwrite bare values of the same ms from before.
    this.#bare = Math.floor(random() * 1_000_000)
  }

  start(): Promise<void> {
    return this.#connection.prepare()
  }

  async write(readings: readonly Reading[]): Promise<WriteOutcome> {
    const { points, refused, bareNext } = pointsOf(readings, this.#bare)
    this.#bare = bareNext
    const more = await this.#writeAll(points)
    return { stored: points.length - more, duplicates: 0, refused: refused + more }
  }

  async writeNumbered(readings: readonly Reading[], bareFrom: number): Promise<NumberedOutcome> {
    const { points, refused, bareNext } = pointsOf(readings, bareFrom)
    return { refused: refused + (await this.#writeAll(points)), bareNext }
  }

  async range(query: RangeQuery): Promise<TelemetryPoint[]> {
    const range = checkedRange(query)
    if (range === null) return []
    const table = await this.#connection.query(
      `SELECT "kind", "number", "text" FROM "${measurement}" WHERE ${where}
       AND ${between(range)} ORDER BY time ASC LIMIT ${range.limit}`,
      placeholders(query),
    )
    const points: TelemetryPoint[] = []
    for (const [ts, kind, number, text] of table?.values ?? []) {
      const value = valueOf(kind, number, text)
      if (typeof ts === 'number' && value !== null) points.push({ ts, value })
    }
    return points
  }

  async buckets(query: BucketQuery): Promise<TelemetryPoint[]> {
    const range = checkedRange(query)
    const { bucketMs, alignMs } = checkedBucket(query)
    if (range === null) return []
    const table = await this.#connection.query(
      `SELECT count("kind"), ${selection(query.aggregate)} FROM "${measurement}" WHERE ${where}
       AND ${between(range)} GROUP BY time(${bucketMs}ms, ${alignMs}ms) fill(none)`,
      placeholders(query),
    )
    const points: TelemetryPoint[] = []
    for (const [ts, count, kind, number, text] of table?.values ?? []) {
      if (points.length >= range.limit) break
      if (typeof ts !== 'number' || typeof count !== 'number' || count === 0) continue
      const value = bucketValue(query.aggregate, count, kind, number, text)
      if (value !== null) points.push({ ts, value, count })
    }
    return points
  }

  async #writeAll(points: IPoint[]): Promise<number> {
    let refused = 0
    for (let at = 0; at < points.length; at += this.#pointsPerRequest)
      refused += await this.#writeSome(points.slice(at, at + this.#pointsPerRequest))
    return refused
  }

  /** How many were refused. One bad point must not keep out the others: the request is halved to find it. */
  async #writeSome(points: IPoint[]): Promise<number> {
    try {
      await this.#connection.write(points)
      return 0
    } catch (error) {
      if (!(error instanceof InfluxRefusal)) throw error
      // Rights are mended by people; until then everything waits.
      if (error.status === 401 || error.status === 403)
        throw new CodedError('influx.unreachable', error.message)
      // Points beyond the retention are counted; unparsable ones are said to be 0 and must be searched for.
      const dropped = Number(/partial write:[^]*dropped=(\d+)/.exec(error.message)?.[1] ?? 0)
      if (dropped > 0) return dropped
      if (points.length === 1) return 1
      const half = Math.ceil(points.length / 2)
      return (
        (await this.#writeSome(points.slice(0, half))) + (await this.#writeSome(points.slice(half)))
      )
    }
  }
}

const placeholders = (name: SeriesName): Record<string, string> => ({
  community: tagOf(name.community),
  device: tagOf(name.device),
  reading: tagOf(name.reading),
})

/** Whole ms from checkedRange, so nothing but digits gets into the statement. */
const between = (range: { readonly from: number; readonly to: number }): string =>
  `time >= ${range.from}ms AND time < ${range.to + 1}ms`

/** What is asked for as `kind`, `number` and `text`: the first point's kind says which of its fields to take. */
function selection(aggregate: Aggregate): string {
  switch (aggregate) {
    case 'first':
    case 'last':
      return `${aggregate}("kind"), ${aggregate}("number"), ${aggregate}("text")`
    case 'mean':
    case 'min':
    case 'max':
    case 'sum':
      return `count("number"), ${aggregate}("number")`
    case 'count':
      return 'count("number")'
    default:
      return exhausted(aggregate)
  }
}

function bucketValue(
  aggregate: Aggregate,
  count: number,
  kind: unknown,
  number: unknown,
  text: unknown,
): TelemetryPoint['value'] | null {
  if (aggregate === 'count') return count
  if (aggregate === 'first' || aggregate === 'last') return valueOf(kind, number, text)
  // Here `kind` is the count of numbers: a bucket of strings has no mean.
  return kind === 0 || typeof number !== 'number' ? null : number
}
