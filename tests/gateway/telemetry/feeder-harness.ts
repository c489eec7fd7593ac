import { afterEach } from 'vitest'
import type { Logger } from '../../../gateway/model/logger.ts'
import type { Reading } from '../../../gateway/model/input.ts'
import type { LogRecord } from '../../../gateway/model/record.ts'
import { createSqliteCursor, type CursorStore } from '../../../gateway/telemetry/feeder-cursor.ts'
import {
  createInfluxFeeder,
  type InfluxFeeder,
  type InfluxFeederDeps,
  type LogEntry,
  type LogReader,
} from '../../../gateway/telemetry/influx-feeder.ts'
import { createInfluxSeries, type InfluxSeries } from '../../../gateway/telemetry/influx-series.ts'
import { openTables, reading } from './open-series.ts'

export const closers: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
export const start = 1_760_000_400_000
export const devices = ['a', 'b', 'c']

export const recordOf = (readings: readonly Reading[]): LogRecord => ({
  kind: 'publish',
  receivedAt: start,
  topic: 'linli/v1/home/a/telemetry',
  client: 'a',
  retain: false,
  payload: Buffer.from(JSON.stringify(readings)),
})
const decode = (record: LogRecord): Reading[] =>
  JSON.parse(Buffer.from(record.payload).toString()) as Reading[]

/** A log in memory that grows while it is read. */
export class GrowingLog implements LogReader {
  readonly entries: LogEntry[] = []
  append(...records: readonly LogRecord[]): void {
    this.entries.push({ id: this.entries.length + 1, records })
  }
  read(afterId: number, maxBytes: number): LogEntry[] {
    const some: LogEntry[] = []
    let bytes = 0
    for (const entry of this.entries.slice(afterId)) {
      bytes += entry.records.reduce((sum, record) => sum + record.payload.byteLength, 0)
      if (some.length > 0 && bytes > maxBytes) break
      some.push(entry)
    }
    return some
  }
  pending(afterId: number): number {
    return this.entries.slice(afterId).reduce((sum, { records }) => sum + records.length, 0)
  }
}

/** Ten numbered and two bare readings; the bare ones share their ms, so only the running number tells them. */
export function someRecord(n: number): LogRecord {
  const device = devices[n % 3] ?? 'a'
  const numbered = Array.from({ length: 10 }, (_, i) =>
    reading({ device, ts: start + n * 10 + i, seq: n * 10 + i, value: n * 10 + i }),
  )
  const bare = reading({ device, name: 'bare', ts: start + n, value: n })
  return recordOf([...numbered, bare, bare])
}

export function cursorStore(): CursorStore {
  const db = openTables()
  closers.push(() => void db.close())
  return createSqliteCursor(db, 'influx')
}

export function feeder(
  url: string,
  log: LogReader,
  cursor: CursorStore,
  deps: Partial<InfluxFeederDeps> = {},
): { readonly feeder: InfluxFeeder; readonly series: InfluxSeries } {
  const series = createInfluxSeries(
    { random: Math.random },
    { url, timeoutMs: 500, pointsPerRequest: 50 },
  )
  const made = createInfluxFeeder(
    {
      reader: log,
      decode,
      series,
      cursor,
      clock: Date.now,
      random: Math.random,
      logger: silent,
      ...deps,
    },
    { readBytesMax: 20_000, backoffBaseMs: 20, backoffCapMs: 200, pollMs: 20 },
  )
  closers.push(() => made.close())
  return { feeder: made, series }
}

export async function until(condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
