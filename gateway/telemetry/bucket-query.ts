import { hourMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Aggregate, TelemetryPoint } from '../../contracts/private-api.ts'
import type { RawPoints } from './raw-points.ts'
import { addPoint, aggregateOf, mergeRolls, type Roll, rollOf } from './rollup.ts'
import type { RollupStore } from './rollup-store.ts'
import type { SeriesRow } from './series-book.ts'

/** All in ms; the bounds inclusive. */
export interface BucketPlan {
  readonly from: number
  readonly to: number
  readonly bucketMs: number
  readonly alignMs: number
  readonly limit: number
  readonly aggregate: Aggregate
  /** More raw points than this are not read for one answer. */
  readonly scanRowsMax: number
}

/** Collects rolls that come in order of time and closes a bucket when the next one begins. */
class Buckets {
  readonly points: TelemetryPoint[] = []
  readonly #plan: BucketPlan
  #start = Number.NaN
  #roll: Roll | null = null

  constructor(plan: BucketPlan) {
    this.#plan = plan
  }

  /** The open roll of the bucket that `ts` falls into, or null for a new bucket. */
  openAt(ts: number): Roll | null {
    const { bucketMs, alignMs } = this.#plan
    const start = Math.floor((ts - alignMs) / bucketMs) * bucketMs + alignMs
    if (start !== this.#start) {
      this.close()
      this.#start = start
    }
    return this.#roll
  }

  set(roll: Roll): void {
    this.#roll = roll
  }

  close(): void {
    if (this.#roll === null) return
    const value = aggregateOf(this.#roll, this.#plan.aggregate)
    if (value !== null && !this.full)
      this.points.push({ ts: this.#start, value, count: this.#roll.count })
    this.#roll = null
  }

  get full(): boolean {
    return this.points.length >= this.#plan.limit
  }
}

/**
 * Buckets of whole hours come from the roll-ups as far as these reach, and from raw points at the ends of the
 * range; narrower ones from raw points where these are still held. Hours whose raw points are gone are
 * answered as a whole hour, at its start, and only if the range holds all of it.
 *
 * Throws `request.too-large` when more than `scanRowsMax` raw points would have to be read.
 */
export function bucketsOf(
  parts: { readonly raw: RawPoints; readonly rollups: RollupStore },
  series: SeriesRow,
  plan: BucketPlan,
): TelemetryPoint[] {
  const wholeHours = plan.bucketMs % hourMs === 0 && plan.alignMs % hourMs === 0
  const rawFromMs = series.rawFrom * hourMs
  const firstHour = Math.ceil(plan.from / hourMs)
  const rolledHours = wholeHours ? Math.floor(series.rolledTo / hourMs) : series.rawFrom
  const endHour = Math.max(firstHour, Math.min(Math.floor((plan.to + 1) / hourMs), rolledHours))
  const buckets = new Buckets(plan)
  let scanned = 0

  const addRaw = (from: number, to: number): void => {
    const start = Math.max(from, rawFromMs)
    if (start > to) return
    const left = plan.scanRowsMax - scanned + 1
    for (const { ts, seq, value } of parts.raw.each(series.id, start, to, left)) {
      scanned += 1
      if (scanned > plan.scanRowsMax) {
        throw new CodedError('request.too-large', `more than ${plan.scanRowsMax} raw points`, {
          hint: 'ask for whole hours or a shorter range',
        })
      }
      const open = buckets.openAt(ts)
      if (buckets.full) return
      if (open === null) buckets.set(rollOf(ts, seq, value))
      else addPoint(open, ts, seq, value)
    }
  }

  addRaw(plan.from, Math.min(plan.to, firstHour * hourMs - 1))
  if (endHour > firstHour) {
    for (const { hour, roll } of parts.rollups.range(series.id, firstHour, endHour)) {
      const open = buckets.openAt(hour * hourMs)
      if (buckets.full) break
      buckets.set(open === null ? roll : mergeRolls(open, roll))
    }
  }
  addRaw(endHour * hourMs, plan.to)
  buckets.close()
  return buckets.points
}
