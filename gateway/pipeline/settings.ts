import type { AdapterConfig } from '../../config/adapter-schema.ts'
import type { RuleBook } from '../../config/rules.ts'
import type { InfluxOptions } from '../telemetry/influx-connection.ts'
import type { LogLimits } from './durable-log.ts'

/** What the pipeline thread is started with; plain data, as it crosses to the thread. */
export interface PipelineSettings {
  /** Path of gateway.db. */
  readonly file: string
  readonly rules: RuleBook
  readonly adapters: AdapterConfig
  /** Of the box itself. */
  readonly community: string
  readonly log: LogLimits
  /** Raw readings are kept this long, ms. */
  readonly rawKeepMs: number
  /** Copies every reading to InfluxDB as well; null where there is none. */
  readonly influx: InfluxOptions | null
  /** Sweeping of old rows, ms. */
  readonly maintainEveryMs: number
}
