import type { Database } from 'better-sqlite3'
import { hourMs } from '../../contracts/clock.ts'
import type { RawPoint, RawPoints } from './raw-points.ts'
import { RollBatch, type RollupStore } from './rollup-store.ts'
import { rowBytes, type SeriesState } from './series-state.ts'

export interface Retention {
  readonly rawKeepMs: number
  readonly rollupKeepMs: number
  /** An hour is rolled up this long after its end, when late readings have mostly come in, ms. */
  readonly rollDelayMs: number
  readonly rowsMax: number
  readonly bytesMax: number
}

export interface PruneOutcome {
  /** Raw points added to roll-ups. */
  readonly rolled: number
  /** Raw points deleted. */
  readonly deleted: number
  /** There is more to do at once: the budget was used up. */
  readonly more: boolean
}

export interface PruneCounts {
  /** Raw points deleted because of their age. */
  readonly rawByAge: number
  /** Raw points deleted because the bound on rows or bytes bit. */
  readonly rawByBound: number
  readonly rollups: number
  readonly series: number
}

type Row = [id: number, rolledTo: number, rawFrom: number]
const seriesPerSlice = 256
const oldestOf = (table: string): string =>
  `(SELECT ts FROM ${table} WHERE series = telemetry_series.id ORDER BY ts LIMIT 1)`

/** Points of one ms are never split: a slice ends before its last ms, or after it if it has no other. */
function endOfSlice(slice: readonly RawPoint[], targetMs: number): number {
  const first = slice[0]?.ts ?? targetMs
  const last = slice.at(-1)?.ts ?? targetMs
  return first === last ? last + 1 : last
}

/** Rolls up closed hours and deletes what is too old or too much, a slice at a time. */
export class SeriesPruner {
  readonly #retention: Retention
  readonly #raw: RawPoints
  readonly #rollups: RollupStore
  readonly #state: SeriesState
  readonly #page
  readonly #oldest
  readonly #older
  readonly #setRolled
  readonly #setRawFrom
  readonly #removeSeries
  #after = 0
  #budget = 0
  #rolled = 0
  #deleted = 0
  #changed = false
  #rawByAge = 0
  #rawByBound = 0
  #rollupsGone = 0
  #seriesGone = 0

  constructor(
    db: Database,
    parts: { readonly raw: RawPoints; readonly rollups: RollupStore; readonly state: SeriesState },
    retention: Retention,
  ) {
    this.#retention = retention
    this.#raw = parts.raw
    this.#rollups = parts.rollups
    this.#state = parts.state
    const row = 'SELECT id, rolled_to, raw_from FROM telemetry_series'
    this.#page = db.prepare<[number, number], Row>(`${row} WHERE id > ? ORDER BY id LIMIT ?`).raw()
    const oldest = `coalesce(${oldestOf('telemetry_points')}, ${oldestOf('telemetry_recent')})`
    this.#oldest = db
      .prepare<[], number | null>(`SELECT min(${oldest}) FROM telemetry_series`)
      .pluck()
    this.#older = db.prepare<[number], Row>(`${row} WHERE ${oldest} < ? ORDER BY id LIMIT 64`).raw()
    this.#setRolled = db.prepare<[number, number]>(
      'UPDATE telemetry_series SET rolled_to = ? WHERE id = ?',
    )
    this.#setRawFrom = db.prepare<[number, number]>(
      'UPDATE telemetry_series SET raw_from = ? WHERE id = ?',
    )
    this.#removeSeries = db.prepare<[number]>('DELETE FROM telemetry_series WHERE id = ?')
  }

  get counts(): PruneCounts {
    return {
      rawByAge: this.#rawByAge,
      rawByBound: this.#rawByBound,
      rollups: this.#rollupsGone,
      series: this.#seriesGone,
    }
  }

  /** The last slice moved a roll-up boundary or removed a series: caches of them are void. */
  get changedSeries(): boolean {
    return this.#changed
  }

  /** Must run inside a transaction; handles about `budgetRows` raw points. */
  slice(nowMs: number, budgetRows: number): PruneOutcome {
    this.#budget = budgetRows
    this.#rolled = 0
    this.#deleted = 0
    this.#changed = false
    const ranOut = !this.#byBound() || !this.#byAge(nowMs)
    if (this.#changed) this.#state.changed()
    return { rolled: this.#rolled, deleted: this.#deleted, more: ranOut }
  }

  /** One page of series. False when the budget ran out before its end. */
  #byAge(nowMs: number): boolean {
    const rawHour = Math.max(0, Math.floor((nowMs - this.#retention.rawKeepMs) / hourMs))
    const rollHour = Math.max(rawHour, Math.floor((nowMs - this.#retention.rollDelayMs) / hourMs))
    const keepHour = Math.floor((nowMs - this.#retention.rollupKeepMs) / hourMs)
    const page = this.#page.all(this.#after, seriesPerSlice)
    for (const row of page) {
      if (this.#budget <= 0) return false
      this.#rollTo(row, rollHour * hourMs)
      this.#rawByAge += this.#dropRaw(row, rawHour)
      this.#rollupsGone += this.#rollups.removeBefore(row[0], keepHour)
      this.#forgetIfEmpty(row[0])
      if (this.#budget <= 0) return false
      this.#after = row[0]
    }
    if (page.length < seriesPerSlice) this.#after = 0
    return true
  }

  /** The oldest hour goes first, in every series. False when the budget ran out before it was enough. */
  #byBound(): boolean {
    const { rowsMax, bytesMax } = this.#retention
    while (this.#state.rows > rowsMax || this.#state.bytes > bytesMax) {
      const oldest = this.#oldest.get()
      if (oldest === null || oldest === undefined) return true
      const hour = Math.floor(oldest / hourMs) + 1
      for (const row of this.#older.all(hour * hourMs)) {
        if (this.#budget <= 0) return false
        this.#rollTo(row, hour * hourMs)
        this.#rawByBound += this.#dropRaw(row, hour)
      }
      if (this.#budget <= 0) return false
    }
    return true
  }

  /** Adds raw points before `targetMs` to the roll-ups, as far as the budget reaches. */
  #rollTo(row: Row, targetMs: number): void {
    const [id] = row
    while (row[1] < targetMs && this.#budget > 0) {
      const slice = [...this.#raw.each(id, row[1], targetMs - 1, this.#budget + 1)]
      const full = slice.length > this.#budget
      const end = full ? endOfSlice(slice, targetMs) : targetMs
      const batch = new RollBatch()
      const points = full ? this.#raw.each(id, row[1], end - 1, Number.MAX_SAFE_INTEGER) : slice
      let rolled = 0
      for (const point of points) {
        batch.add(id, point.ts, point.seq, point.value)
        rolled += 1
      }
      batch.saveTo(this.#rollups)
      this.#rolled += rolled
      this.#budget -= rolled
      row[1] = end
      this.#setRolled.run(end, id)
      this.#changed = true
    }
  }

  /** Deletes raw points before `hour` that are in the roll-ups; answers how many. */
  #dropRaw(row: Row, hour: number): number {
    const [id, rolledTo, rawFrom] = row
    const until = Math.min(hour, Math.floor(rolledTo / hourMs))
    const oldest = this.#raw.oldestTs(id)
    if (oldest === null || oldest >= until * hourMs || this.#budget <= 0) return 0
    if (until > rawFrom) {
      row[2] = until
      this.#setRawFrom.run(until, id)
    }
    const gone = this.#raw.removeBefore(id, until * hourMs, this.#budget)
    this.#state.removed(gone.rows, gone.rows * rowBytes + gone.textBytes, gone.recent)
    this.#budget -= gone.rows
    this.#deleted += gone.rows
    return gone.rows
  }

  #forgetIfEmpty(id: number): void {
    if (this.#raw.oldestTs(id) !== null || this.#rollups.has(id)) return
    this.#removeSeries.run(id)
    this.#seriesGone += 1
    this.#changed = true
  }
}
