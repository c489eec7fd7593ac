import type { RuleBook } from '../../config/rules.ts'
import type { LogLimits } from './durable-log.ts'

/** What the pipeline thread is started with; plain data, as it crosses to the thread. */
export interface PipelineSettings {
  /** Path of gateway.db. */
  readonly file: string
  readonly rules: RuleBook
  readonly log: LogLimits
  /** Raw readings are kept this long, ms. */
  readonly rawKeepMs: number
  /** Sweeping of old rows, ms. */
  readonly maintainEveryMs: number
}
