import type { Clock } from '../../contracts/clock.ts'
import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import { backoffMs } from '../model/backoff.ts'
import type { Reading } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { LogRecord } from '../model/record.ts'
import { realSleep, type Sleep } from '../model/sleep.ts'
import type { Cursor, CursorStore } from './feeder-cursor.ts'
import type { InfluxSeries } from './influx-series.ts'

export interface LogEntry {
  readonly id: number
  readonly records: readonly LogRecord[]
}

/** The durable log as the feeder sees it. It must keep what lies behind the feeder's cursor. */
export interface LogReader {
  /** Entries after `afterId` in order, about `maxBytes` of them, but at least one if there is one. */
  read(afterId: number, maxBytes: number): readonly LogEntry[] | Promise<readonly LogEntry[]>
  /** How many records lie behind `afterId`. */
  pending(afterId: number): number | Promise<number>
}

export interface InfluxFeederDeps {
  readonly reader: LogReader
  /** Pure: the same record gives the same readings in the same order. */
  readonly decode: (record: LogRecord) => readonly Reading[]
  readonly series: Pick<InfluxSeries, 'start' | 'writeNumbered'>
  readonly cursor: CursorStore
  readonly clock: Clock
  /** 0 <= x < 1. */
  readonly random: () => number
  readonly logger: Logger
  readonly sleep?: Sleep
}

export interface InfluxFeederOptions {
  /** Bytes of log read at once. Default 1 MiB. */
  readonly readBytesMax?: number
  /** First pause after a failure, ms. Default 500. */
  readonly backoffBaseMs?: number
  /** Longest pause, ms. Default 30,000. */
  readonly backoffCapMs?: number
  /** Looks for new entries this often once it has caught up, ms. Default 1,000. */
  readonly pollMs?: number
}

export interface InfluxFeederStats {
  /** Records of the log that are not in InfluxDB yet. */
  readonly lagRecords: number
  readonly cursorId: number
  readonly readings: number
  /** Readings that InfluxDB will never take: not finite, or beyond its retention. */
  readonly refused: number
  /** Records that the decoder threw on. */
  readonly undecodable: number
  readonly retries: number
  /** Null while it works. */
  readonly lastError: {
    readonly code: ErrorCode
    readonly detail: string
    readonly at: number
  } | null
}

export interface InfluxFeeder {
  start(): void
  /** Ends at once; a write under way is made again, with the same effect, after the next start. */
  close(): Promise<void>
  stats(): Promise<InfluxFeederStats>
}

/**
 * Copies the readings of the durable log to InfluxDB, in order, behind its own cursor. However long
 * InfluxDB is away, nothing is lost and nothing counts twice: an entry is written until it is taken, always as
 * the same points, and only then does the cursor move.
 */
export const createInfluxFeeder = (
  deps: InfluxFeederDeps,
  options: InfluxFeederOptions = {},
): InfluxFeeder => new Feeder(deps, options)

class Feeder implements InfluxFeeder {
  readonly #deps: InfluxFeederDeps
  readonly #options: Required<InfluxFeederOptions>
  readonly #sleep: Sleep
  readonly #stop = new AbortController()
  readonly #counts = { readings: 0, refused: 0, undecodable: 0, retries: 0 }
  #cursor: Cursor | null = null
  #lastError: InfluxFeederStats['lastError'] = null
  #failures = 0
  #prepared = false
  #running: Promise<void> | null = null

  constructor(deps: InfluxFeederDeps, options: InfluxFeederOptions) {
    this.#deps = deps
    this.#sleep = deps.sleep ?? realSleep
    this.#options = {
      readBytesMax: options.readBytesMax ?? 1024 ** 2,
      backoffBaseMs: options.backoffBaseMs ?? 500,
      backoffCapMs: options.backoffCapMs ?? 30_000,
      pollMs: options.pollMs ?? 1_000,
    }
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async stats(): Promise<InfluxFeederStats> {
    const cursorId = (this.#cursor ?? (await this.#deps.cursor.load())).id
    const lagRecords = await this.#deps.reader.pending(cursorId)
    return { ...this.#counts, lagRecords, cursorId, lastError: this.#lastError }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const stopped = new Promise<'stopped'>((resolve) => {
      signal.addEventListener('abort', () => resolve('stopped'))
    })
    while (!signal.aborted) {
      try {
        const outcome = await Promise.race([this.#feed(), stopped])
        if (outcome === 'nothing') await this.#sleep(this.#options.pollMs, signal)
        if (outcome === 'moved') this.#recovered()
      } catch (error) {
        this.#failed(error)
        await this.#sleep(this.#pauseMs(), signal)
      }
    }
  }

  /** One stretch of the log, wholly written before the cursor moves. */
  async #feed(): Promise<'moved' | 'nothing'> {
    const { reader, series, cursor: store } = this.#deps
    this.#cursor ??= await store.load()
    const entries = await reader.read(this.#cursor.id, this.#options.readBytesMax)
    const newest = entries.at(-1)
    if (newest === undefined) return 'nothing'
    const { readings, undecodable } = this.#decode(entries)
    if (!this.#prepared) await series.start()
    this.#prepared = true
    const { refused, bareNext } = await series.writeNumbered(readings, this.#cursor.bare)
    if (this.#stop.signal.aborted) return 'nothing'
    const next = { id: newest.id, bare: bareNext }
    await store.save(next)
    this.#cursor = next
    this.#counts.readings += readings.length - refused
    this.#counts.refused += refused
    this.#counts.undecodable += undecodable
    return 'moved'
  }

  #decode(entries: readonly LogEntry[]): { readings: Reading[]; undecodable: number } {
    const readings: Reading[] = []
    let undecodable = 0
    for (const { records } of entries) {
      for (const record of records) {
        try {
          for (const reading of this.#deps.decode(record)) readings.push(reading)
        } catch (error) {
          undecodable += 1
          this.#deps.logger.error({ err: error, topic: record.topic }, 'record of the log skipped')
        }
      }
    }
    return { readings, undecodable }
  }

  #pauseMs(): number {
    const { backoffBaseMs: baseMs, backoffCapMs: capMs } = this.#options
    return backoffMs(this.#failures, this.#deps.random, { baseMs, capMs })
  }

  #failed(error: unknown): void {
    const code: ErrorCode = error instanceof CodedError ? error.code : 'internal'
    const detail = error instanceof Error ? error.message : String(error)
    this.#prepared = false
    this.#failures += 1
    this.#counts.retries += 1
    this.#lastError = { code, detail, at: this.#deps.clock() }
    if (this.#failures === 1)
      this.#deps.logger.warn({ code, detail }, 'readings wait for the time series')
  }

  #recovered(): void {
    if (this.#failures > 0)
      this.#deps.logger.info({ failures: this.#failures }, 'time series takes readings again')
    this.#failures = 0
    this.#lastError = null
  }
}
