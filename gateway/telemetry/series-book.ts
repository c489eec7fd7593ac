import type { Database } from 'better-sqlite3'
import type { SeriesState } from './series-state.ts'
import type { SeriesName } from './time-series.ts'

/** What writing needs to know of a series; held in memory while it is in use. */
export interface Series {
  readonly id: number
  /** The newest `ts` in telemetry_points: later ones go to telemetry_recent. -1 when there is none. */
  readonly settledTo: number
  /** Points before this ms are in the roll-ups already. */
  readonly rolledTo: number
  /** Running number of bare values. */
  bare: number
}

export interface SeriesRow {
  readonly id: number
  /** ms; see Series. */
  readonly rolledTo: number
  /** From this hour on (hours since the epoch) all raw points are still held. */
  readonly rawFrom: number
}

type Readings = Map<string, Series>

/**
 * Names to numbers. The cache heals itself after a transaction that was rolled back, because every change
 * it depends on also raises the epoch of SeriesState in the same transaction: when the two disagree, the
 * owner calls `forget()`.
 */
export class SeriesBook {
  readonly #options: { readonly cacheMax: number; readonly perDeviceMax: number }
  readonly #select
  readonly #insert
  readonly #countOfDevice
  readonly #settledTo
  readonly #state: SeriesState
  #size = 0
  #devices = new Map<string, Map<string, Readings>>()
  /** How often the cache was emptied because it was full. */
  overflows = 0

  constructor(
    db: Database,
    state: SeriesState,
    options: { readonly cacheMax: number; readonly perDeviceMax: number },
  ) {
    this.#state = state
    this.#options = options
    this.#select = db.prepare<[string, string, string], SeriesRow>(
      `SELECT id, rolled_to AS rolledTo, raw_from AS rawFrom FROM telemetry_series
       WHERE community = ? AND device = ? AND reading = ?`,
    )
    this.#insert = db.prepare<[string, string, string]>(
      'INSERT INTO telemetry_series (community, device, reading) VALUES (?, ?, ?)',
    )
    this.#countOfDevice = db
      .prepare<[string, string], number>(
        'SELECT count(*) FROM telemetry_series WHERE community = ? AND device = ?',
      )
      .pluck()
    this.#settledTo = db
      .prepare<[number], number | null>('SELECT max(ts) FROM telemetry_points WHERE series = ?')
      .pluck()
  }

  find(name: SeriesName): SeriesRow | null {
    return this.#select.get(name.community, name.device, name.reading) ?? null
  }

  /** Null when the device has as many different readings as it may. */
  intern(community: string, device: string, reading: string): Series | null {
    const readings = this.#readingsOf(community, device)
    return readings.get(reading) ?? this.#load(readings, community, device, reading)
  }

  #readingsOf(community: string, device: string): Readings {
    let devices = this.#devices.get(community)
    if (devices === undefined) {
      devices = new Map()
      this.#devices.set(community, devices)
    }
    let readings = devices.get(device)
    if (readings === undefined) {
      readings = new Map()
      devices.set(device, readings)
    }
    return readings
  }

  #load(readings: Readings, community: string, device: string, reading: string): Series | null {
    let row = this.#select.get(community, device, reading)
    if (row === undefined) {
      const have = this.#countOfDevice.get(community, device) ?? 0
      if (have >= this.#options.perDeviceMax) return null
      const id = Number(this.#insert.run(community, device, reading).lastInsertRowid)
      row = { id, rolledTo: 0, rawFrom: 0 }
      this.#state.changed()
    }
    const series: Series = {
      id: row.id,
      settledTo: this.#settledTo.get(row.id) ?? -1,
      rolledTo: row.rolledTo,
      bare: 0,
    }
    if (this.#size >= this.#options.cacheMax) {
      this.forget()
      this.overflows += 1
      this.#readingsOf(community, device).set(reading, series)
    } else {
      readings.set(reading, series)
    }
    this.#size += 1
    return series
  }

  /** Empties the cache. */
  forget(): void {
    this.#devices = new Map()
    this.#size = 0
  }
}
