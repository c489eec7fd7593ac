import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { openDatabase } from '../../../gateway/db/open.ts'
import { encodeRecords } from '../../../gateway/ingest/batch-codec.ts'
import type { Effect, RaiseEffect } from '../../../gateway/model/effect.ts'
import type { Engine, StateRow } from '../../../gateway/model/engine.ts'
import type { Input } from '../../../gateway/model/input.ts'
import type { LogRecord } from '../../../gateway/model/record.ts'
import { createOutboxStore, type OutboxStore } from '../../../gateway/outbox/outbox-store.ts'
import type { ForeignParts } from '../../../gateway/pipeline/adapter-host.ts'
import { BatchRunner } from '../../../gateway/pipeline/batch-runner.ts'
import { migrateGateway } from '../../../gateway/pipeline/compose.ts'
import type { BatchResult } from '../../../gateway/pipeline/batch-result.ts'
import { createSqliteSeries, type SqliteSeries } from '../../../gateway/telemetry/sqlite-series.ts'
import { silent, twoSensors } from '../broker/rig.ts'

export const startAt = 1_795_000_000_000

/** Raises on `alarm: true`, clears on `alarm: false`, counts what it hears, and breaks on demand. */
export class TestEngine implements Engine {
  heard = 0
  #dirty = false
  readonly breakOn: { value: string | null; times: number }
  due: number | null = null

  constructor(breakOn: { value: string | null; times: number }) {
    this.breakOn = breakOn
  }

  apply(input: Input): readonly Effect[] {
    if (input.kind === 'tick') this.due = null
    if (input.kind !== 'reading') return []
    if (input.value === this.breakOn.value && this.breakOn.times > 0) {
      this.breakOn.times--
      throw new Error('an engine broke')
    }
    this.heard++
    this.#dirty = true
    if (input.name !== 'alarm') return []
    return input.value === true ? [raise(input.device, input.ts)] : [clear(input.device, input.ts)]
  }
  nextDueAt(): number | null {
    return this.due
  }
  restore(rows: Iterable<StateRow>): void {
    for (const { value } of rows) this.heard = Number(value)
  }
  takeDirty(): readonly StateRow[] {
    if (!this.#dirty) return []
    this.#dirty = false
    return [{ key: 'heard', value: String(this.heard) }]
  }
}

const text = { zh: '警', en: 'alarm' }
export const raise = (device: string, at: number): RaiseEffect => ({
  kind: 'raise',
  type: 'smoke.alarm',
  key: `smoke.alarm:${device}`,
  severity: 'critical',
  community: 'home',
  device,
  place: null,
  subject: null,
  title: text,
  description: text,
  at,
  rule: { id: 'test', version: '1' },
  evidence: [{ kind: 'note', ts: at, text }],
})
const clear = (device: string, at: number): Effect => ({
  kind: 'clear',
  key: `smoke.alarm:${device}`,
  at,
  reason: text,
  resolves: true,
  evidence: [],
})

/** The pipeline's heart without its thread. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'linli-pipeline-'))
  readonly breakOn = { value: null as string | null, times: 0 }
  now = startAt
  engine!: TestEngine
  db!: Database
  series!: SqliteSeries
  outbox!: OutboxStore
  runner!: BatchRunner
  #seq = 0

  readonly #foreign: ForeignParts | undefined

  constructor(log = { bytesMax: 2 ** 30, ageMaxMs: 2 ** 40 }, foreign?: ForeignParts) {
    this.#foreign = foreign
    this.open(log)
    this.run([this.record('roster', '', JSON.stringify(twoSensors()))])
  }

  open(log = { bytesMax: 2 ** 30, ageMaxMs: 2 ** 40 }): void {
    this.db = openDatabase(join(this.folder, 'gateway.db'))
    migrateGateway(this.db)
    this.series = createSqliteSeries(this.db)
    this.outbox = createOutboxStore(this.db)
    this.runner = new BatchRunner({
      db: this.db,
      parts: {
        engines: () => {
          this.engine = new TestEngine(this.breakOn)
          return {
            engines: [{ name: 'test', engine: this.engine }],
            deviceHealth: () => new Map(),
            careItems: () => [],
            accessMemory: () => ({ passages: [], entries: [], sessions: [] }),
          }
        },
        series: this.series,
        outbox: this.outbox,
        ...(this.#foreign === undefined ? {} : { foreign: this.#foreign }),
      },
      log,
      clock: () => this.now,
      logger: silent,
    })
  }

  reopen(): void {
    this.db.close()
    this.open()
  }

  record(kind: LogRecord['kind'], leafOfA: string, payload: string, retain = false): LogRecord {
    return {
      kind,
      receivedAt: this.now,
      topic: leafOfA === '' ? '' : `linli/v1/home/${leafOfA}`,
      client: 'home.a',
      retain,
      payload: Buffer.from(payload),
    }
  }

  reading(values: object, device = 'a', seq = this.#seq++): LogRecord {
    return this.record(
      'publish',
      `${device}/telemetry`,
      JSON.stringify({ ts: this.now, seq, values }),
    )
  }

  run(records: readonly LogRecord[]): BatchResult {
    return this.runner.run(encodeRecords(records))
  }

  async values(device: string, reading: string): Promise<unknown[]> {
    const range = { community: 'home', device, reading, from: 0, to: 2 ** 45 }
    return (await this.series.range(range)).map((point) => point.value)
  }

  outboxKinds(): string[] {
    return this.outbox
      .peek(1_000)
      .map(({ kind, body }) => (kind === 'event' ? `event ${body.type}` : `${kind} ${body.key}`))
  }

  close(): void {
    this.db.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
