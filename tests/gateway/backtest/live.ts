import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RuleBook } from '../../../config/rules.ts'
import { deviceTopic, gatewayDevice } from '../../../contracts/topics.ts'
import type { Roster, RosterDevice } from '../../../contracts/roster.ts'
import { openDatabase } from '../../../gateway/db/open.ts'
import { encodeRecords } from '../../../gateway/ingest/batch-codec.ts'
import type { Fact } from '../../../gateway/model/input.ts'
import type { LogRecord } from '../../../gateway/model/record.ts'
import type { OutboxItem } from '../../../gateway/outbox/outbox-item.ts'
import { createOutboxStore } from '../../../gateway/outbox/outbox-store.ts'
import { BatchRunner } from '../../../gateway/pipeline/batch-runner.ts'
import { composeEngines, migrateGateway } from '../../../gateway/pipeline/compose.ts'
import { createSqliteSeries } from '../../../gateway/telemetry/sqlite-series.ts'
import { silent } from '../broker/rig.ts'

export const t0 = Date.UTC(2026, 10, 20, 2)
const community = 'demo'

/** xorshift32: the same seed, the same log. */
export function dice(seed: number): (below: number) => number {
  let x = seed || 1
  return (below) => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return Math.abs(x) % below
  }
}

const device = (id: string, household: string | null, intervalMs: number | null): RosterDevice => ({
  id,
  community,
  type: id,
  name: id,
  place: { name: '6 号楼 301' },
  state: 'approved',
  household,
  intervalMs,
  camera: null,
})

export const roster = (windowMs: number): Roster => ({
  version: 1,
  devices: [
    device('noise', null, null),
    device('level', null, 600_000),
    device('smoke', null, null),
    device('battery', null, 3_600_000),
    device('door', 'h1', 600_000),
    device('motion', 'h1', 600_000),
  ],
  credentials: [],
  households: [{ id: 'h1', community, place: { name: '6 号楼 301' } }],
  residents: [
    {
      id: 'wu',
      community,
      household: 'h1',
      name: '吴桂芬',
      honorific: '吴奶奶',
      watch: { windowMs, since: t0 },
      away: [],
    },
  ],
  cards: [],
})

const record = (
  kind: LogRecord['kind'],
  receivedAt: number,
  text: string,
  topic = '',
): LogRecord => ({
  kind,
  receivedAt,
  topic,
  client: topic === '' ? gatewayDevice : (topic.split('/')[3] ?? ''),
  retain: false,
  payload: Buffer.from(text),
})

/** A live pipeline without its thread: real SQLite on disk, real log, real outbox. */
export class Live {
  readonly folder = mkdtempSync(join(tmpdir(), 'linli-backtest-'))
  readonly file = join(this.folder, 'gateway.db')
  readonly items: OutboxItem[] = []
  readonly #rules: RuleBook
  #db = openDatabase(this.file)
  #runner!: BatchRunner
  now = t0

  constructor(rules: RuleBook, windowMs = 6 * 3_600_000) {
    this.#rules = rules
    migrateGateway(this.#db)
    this.#build()
    this.commit([record('roster', t0, JSON.stringify(roster(windowMs)))])
  }

  #build(): void {
    const outbox = createOutboxStore(this.#db)
    const put = (item: OutboxItem): unknown => {
      if (item.kind !== 'event') this.items.push(item)
      return outbox.put(item)
    }
    this.#runner = new BatchRunner({
      db: this.#db,
      parts: {
        engines: composeEngines(this.#rules),
        series: createSqliteSeries(this.#db, { rawKeepMs: 2 ** 40 }),
        outbox: { put },
      },
      log: { bytesMax: 2 ** 30, ageMaxMs: 2 ** 40 },
      clock: () => this.now,
      logger: silent,
    })
  }

  commit(records: readonly LogRecord[]): void {
    this.#runner.run(encodeRecords(records))
  }

  says(id: string, values: object, ts = this.now, seq?: number): LogRecord {
    const content = seq === undefined ? values : { ts, seq, values }
    return record(
      'publish',
      this.now,
      JSON.stringify(content),
      deviceTopic(community, id, 'telemetry'),
    )
  }

  fact(fact: Fact): LogRecord {
    return record('fact', this.now, JSON.stringify(fact))
  }

  rules(text: string): LogRecord {
    return record('rules', this.now, text, 'set')
  }

  change(content: object): LogRecord {
    return record('roster', this.now, JSON.stringify(content))
  }

  /** Time goes by; ticks come within a second of what waits for them, as the real clock's do. */
  wait(ms: number, jitter: (below: number) => number = () => 0): void {
    const until = this.now + ms
    for (;;) {
      const dues = this.#runner.processor.engineSet.engines.flatMap(
        ({ engine }) => engine.nextDueAt() ?? [],
      )
      const due = Math.max(this.now, Math.min(...dues)) + jitter(1_000)
      if (due >= until) break
      this.now = due
      this.commit([record('tick', due, '')])
    }
    this.now = until
  }

  /** The process ends and comes back after so long. */
  restart(ms: number): void {
    const downSince = this.now
    this.#db.close()
    this.now += ms
    this.#db = openDatabase(this.file)
    this.#build()
    this.commit([this.fact({ kind: 'start', downSince, receivedAt: this.now })])
  }

  close(): void {
    this.#db.close()
    rmSync(this.folder, { recursive: true })
  }
}
