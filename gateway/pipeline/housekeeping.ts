import type { Clock } from '../../contracts/clock.ts'
import type { Logger } from '../model/logger.ts'
import type { SqliteSeries } from '../telemetry/sqlite-series.ts'
import type { BatchRunner } from './batch-runner.ts'
import type { InfluxCopy } from './influx-copy.ts'

export interface HousekeepingDeps {
  readonly runner: BatchRunner
  readonly series: SqliteSeries
  readonly influx: InfluxCopy | null
  readonly clock: Clock
  readonly logger: Logger
}

/** Small enough that no acknowledgement waits long for it. */
const pruneRows = 5_000
const againMs = 100

/** Takes old rows away, a slice at a time, between the commits. */
export class Housekeeping {
  readonly #deps: HousekeepingDeps
  readonly #everyMs: number
  #timer: NodeJS.Timeout | null = null
  #stopped = false

  constructor(deps: HousekeepingDeps, everyMs: number) {
    this.#deps = deps
    this.#everyMs = everyMs
  }

  start(): void {
    this.#after(this.#everyMs)
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #after(ms: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.#turn(), ms)
  }

  async #turn(): Promise<void> {
    let more = false
    try {
      const cursor = await this.#deps.influx?.cursor.load()
      if (this.#stopped) return
      more = this.#slice(cursor?.id ?? null)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      this.#deps.logger.error({ detail }, 'sweeping failed; tried again later')
    }
    this.#after(more ? againMs : this.#everyMs)
  }

  #slice(readTo: number | null): boolean {
    const { runner, series, clock } = this.#deps
    const now = clock()
    return runner.inTransaction(() => {
      const { seen, anomalies, devices } = runner.processor
      const moreLog = runner.log.sweep(now, readTo)
      seen.sweep(now)
      anomalies.sweep()
      devices.flush(now)
      return series.prune(now, pruneRows).more || moreLog
    })
  }
}
