import type { Database } from 'better-sqlite3'
import type { Clock } from '../../contracts/clock.ts'
import { decodeBatch } from '../ingest/batch-codec.ts'
import { decode } from '../ingest/decode.ts'
import type { Reading } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { LogRecord } from '../model/record.ts'
import { createSqliteCursor, type CursorStore } from '../telemetry/feeder-cursor.ts'
import type { InfluxOptions } from '../telemetry/influx-connection.ts'
import { createInfluxFeeder, type InfluxFeeder } from '../telemetry/influx-feeder.ts'
import { createInfluxSeries } from '../telemetry/influx-series.ts'
import type { TimeSeries } from '../telemetry/time-series.ts'
import type { DurableLog } from './durable-log.ts'

export interface InfluxCopy {
  readonly series: TimeSeries
  readonly feeder: InfluxFeeder
  readonly cursor: CursorStore
}

export interface InfluxCopyDeps {
  readonly db: Database
  /** Asked each time: after a rollback there is another. */
  readonly log: () => DurableLog
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

const readingsOf = (record: LogRecord): Reading[] =>
  decode(record).inputs.filter((input): input is Reading => input.kind === 'reading')

/** The feeder over the durable log, with its cursor in gateway.db. */
export function createInfluxCopy(deps: InfluxCopyDeps, options: InfluxOptions): InfluxCopy {
  const series = createInfluxSeries({ random: deps.random }, options)
  const cursor = createSqliteCursor(deps.db, 'influx')
  const feeder = createInfluxFeeder({
    reader: {
      read: (afterId, maxBytes) =>
        deps
          .log()
          .read(afterId, maxBytes)
          .map(({ id, body }) => ({ id, records: decodeBatch(body) })),
      pending: (afterId) => deps.log().lag(afterId),
    },
    decode: readingsOf,
    series,
    cursor,
    clock: deps.clock,
    random: deps.random,
    logger: deps.logger,
  })
  return { series, feeder, cursor }
}
