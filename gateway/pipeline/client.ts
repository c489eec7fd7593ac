import { Value } from 'typebox/value'
import { AdapterConfig } from '../../config/adapter-schema.ts'
import type { CareItem } from '../../contracts/care.ts'
import { type Clock, dayMs, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Quarantined } from '../../contracts/health.ts'
import type { DeviceState, TelemetryAnswer } from '../../contracts/private-api.ts'
import type { RulesCheck } from '../../contracts/rules.ts'
import type { RuleBook } from '../../config/rules.ts'
import type { Fact } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { LogRecord } from '../model/record.ts'
import type { QueuedItem } from '../outbox/outbox-item.ts'
import type { InfluxOptions } from '../telemetry/influx-connection.ts'
import { FirstSeen } from './first-seen.ts'
import { type Done, GroupCommit } from './group-commit.ts'
import type {
  CommittedEffects,
  Failure,
  Overview,
  PipelineMethods,
  PipelineStats,
  Restored,
  TelemetryQuery,
} from './messages.ts'
import { QuarantineFeed } from './quarantine-feed.ts'
import type { RulesRow } from './rules-table.ts'
import type { PipelineSettings } from './settings.ts'
import { type LinkEvents, ThreadLink } from './thread-link.ts'

export interface PipelineOptions {
  /** Path of gateway.db. */
  readonly file: string
  readonly rules: RuleBook
  /** Left out: as the defaults of the configuration say. */
  readonly adapters?: AdapterConfig
  readonly community?: string
  readonly clock: Clock
  readonly logger: Logger
  readonly logBytesMax?: number
  readonly logAgeMaxMs?: number
  readonly rawKeepMs?: number
  /** Copies every reading to InfluxDB; an outage of any length is caught up from the durable log. */
  readonly influx?: InfluxOptions | null
  /** How the thread is started; another way only where a test must end it. */
  readonly openThread?: (settings: PipelineSettings, events: LinkEvents) => ThreadLink
  readonly tickEveryMs?: number
  readonly maintainEveryMs?: number
  /** Bytes that may wait for a commit before records are refused. */
  readonly waitingBytesMax?: number
}

const batchBytesMax = 4 * 1024 * 1024
const restartMs = { first: 200, most: 30_000 }

const openThread = (settings: PipelineSettings, events: LinkEvents): ThreadLink =>
  new ThreadLink(settings, events)

const settingsOf = (options: PipelineOptions): PipelineSettings => ({
  file: options.file,
  rules: options.rules,
  adapters: options.adapters ?? (Value.Default(AdapterConfig, {}) as AdapterConfig),
  community: options.community ?? 'home',
  log: {
    bytesMax: options.logBytesMax ?? 1024 ** 3,
    ageMaxMs: options.logAgeMaxMs ?? 7 * dayMs,
  },
  rawKeepMs: options.rawKeepMs ?? 30 * dayMs,
  influx: options.influx ?? null,
  maintainEveryMs: options.maintainEveryMs ?? 5 * secondMs,
})

/** The main thread's side of the single writer: group commit, questions, restart when it dies. */
export const createPipeline = (options: PipelineOptions): Pipeline => new Pipeline(options)

export class Pipeline {
  readonly #options: PipelineOptions
  readonly #settings: PipelineSettings
  readonly #group: GroupCommit
  readonly #listeners = new Set<(effects: CommittedEffects) => void>()
  readonly #feed: QuarantineFeed
  readonly firstSeen = new FirstSeen()
  #link: ThreadLink | null = null
  #scheduled = false
  #closing = false
  #ticker: NodeJS.Timeout | null = null
  #restartDelayMs = restartMs.first
  #restored: Restored | null = null
  /** Times that the thread had to be started anew. */
  restarts = 0
  /** Commits that the disk refused, and why the last one was. */
  failedCommits = 0
  lastCommitFailure: Failure | null = null
  /** Records refused because too many bytes waited, or the thread was down. */
  refused = 0

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#settings = settingsOf(options)
    this.#group = new GroupCommit({
      batchBytesMax,
      waitingBytesMax: options.waitingBytesMax ?? 64 * 1024 * 1024,
    })
    this.#feed = new QuarantineFeed(async (messages, counted) => {
      await this.#call('quarantine', messages, counted)
    })
  }

  /** The roster on disk, retained messages, and when the gateway was last alive. Records the start. */
  async start(): Promise<Restored> {
    const restored = await this.#spawn().catch(async (error: unknown) => {
      await this.#link?.terminate()
      throw error
    })
    this.#restored = restored
    this.firstSeen.add(restored.firstSeen)
    const now = this.#options.clock()
    await this.recordFact({ kind: 'start', downSince: restored.downSince, receivedAt: now })
    this.#ticker = setInterval(() => this.#tick(), this.#options.tickEveryMs ?? secondMs)
    return restored
  }

  /** On disk, queryable and judged when it resolves (or calls `done` without an error). */
  record(record: LogRecord): Promise<void>
  record(record: LogRecord, done: Done): void
  record(record: LogRecord, done?: Done): Promise<void> | void {
    if (done !== undefined) {
      this.#add(record, done)
      return undefined
    }
    return new Promise((resolve, reject) => {
      this.#add(record, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  /** A fact of the gateway itself, as a record. */
  recordFact(fact: Fact): Promise<void> {
    return this.record(ownRecord('fact', fact.receivedAt, JSON.stringify(fact)))
  }

  /** Roster or RosterChange. Rejects with `gateway.roster-version` where a change is out of step. */
  recordRoster(change: object): Promise<void> {
    return this.record(ownRecord('roster', this.#options.clock(), JSON.stringify(change)))
  }

  /** In force when it resolves; throws where they are not, for what cannot be applied is set aside as any record. */
  async recordRules(rules: Omit<RulesRow, 'since'>): Promise<RulesRow> {
    const { text, source, by, version } = rules
    const receivedAt = this.#options.clock()
    await this.record({ ...ownRecord('rules', receivedAt, text), topic: source, client: by })
    const active = await this.#call('rulesActive')
    if (active?.version === version) return active
    throw new CodedError('internal', `rules ${version} were set aside as a record`)
  }
  checkRules(text: string): Promise<RulesCheck> {
    return this.#call('rulesCheck', text)
  }

  /** Returns the way to stop. */
  onCommitted(listener: (effects: CommittedEffects) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A message that was refused before it became a record; bounded, counted in any case. */
  quarantine(message: Quarantined): void {
    this.#feed.add(message)
  }

  careItems(community: string): Promise<CareItem[]> {
    return this.#call('careItems', community, this.#options.clock())
  }
  deviceStates(community: string): Promise<DeviceState[]> {
    return this.#call('deviceStates', community)
  }
  overview(community: string): Promise<Overview> {
    return this.#call('overview', community)
  }
  async stats(): Promise<PipelineStats> {
    const stats = await this.#call('stats')
    const own = { 'pipeline.refused': this.refused, 'pipeline.restarts': this.restarts }
    return { ...stats, dropped: { ...stats.dropped, ...own } }
  }
  telemetry(query: TelemetryQuery): Promise<TelemetryAnswer> {
    return this.#call('telemetry', query)
  }
  readonly outbox = {
    peek: (n: number): Promise<QueuedItem[]> => this.#call('outboxPeek', n),
    remove: (ids: readonly string[]): Promise<void> => this.#call('outboxRemove', ids),
    poison: (id: string, error: string): Promise<void> => this.#call('outboxPoison', id, error),
  }

  /** For the broker: what was retained before the restart. */
  readonly retained = {
    load: (): Promise<{ topic: string; payload: Uint8Array; qos: 1 }[]> =>
      Promise.resolve(
        (this.#restored?.retained ?? []).map(({ topic, payload }) => ({ topic, payload, qos: 1 })),
      ),
  }

  /** Commits what is waiting, then closes the database. */
  async close(): Promise<void> {
    if (this.#ticker !== null) clearInterval(this.#ticker)
    await this.#feed.close()
    while (this.#isBusy()) await new Promise((resolve) => setTimeout(resolve, 5))
    this.#closing = true
    const link = this.#link
    if (link === null || link.dead) return
    await link.call('stop')
    await link.terminate()
  }

  async #call<M extends keyof PipelineMethods>(
    method: M,
    ...args: Parameters<PipelineMethods[M]>
  ): Promise<Awaited<ReturnType<PipelineMethods[M]>>> {
    if (this.#link === null) throw new CodedError('internal', 'the pipeline is not started')
    return await this.#link.call(method, ...args)
  }

  async #spawn(): Promise<Restored> {
    const open = this.#options.openThread ?? openThread
    const link = open(this.#settings, {
      onIdle: () => this.#pump(),
      onEffects: (effects) => {
        this.firstSeen.add(effects.firstSeen)
        for (const listener of this.#listeners) listener(effects)
      },
      onRefused: (failure) => {
        this.failedCommits++
        this.lastCommitFailure = failure
      },
      onExit: (failure) => this.#exited(failure.detail),
      logger: this.#options.logger,
    })
    this.#link = link
    const restored = await link.ready
    this.#restartDelayMs = restartMs.first
    this.#pump()
    return restored
  }

  #isBusy(): boolean {
    const link = this.#link
    return link !== null && !link.dead && (link.underWay > 0 || !this.#group.isEmpty)
  }

  #exited(detail: string): void {
    if (this.#closing || this.#restored === null) return
    this.restarts++
    // What waits belongs to connections that must send again: it is refused, not kept for later.
    for (let batch = this.#group.take(); batch !== null; batch = this.#group.take())
      for (const done of batch.dones) done(new CodedError('internal', detail))
    this.#options.logger.error({ detail, againInMs: this.#restartDelayMs }, 'pipeline thread died')
    setTimeout(() => {
      if (!this.#closing) this.#spawn().catch(() => undefined)
    }, this.#restartDelayMs).unref()
    this.#restartDelayMs = Math.min(restartMs.most, this.#restartDelayMs * 2)
  }

  #add(record: LogRecord, done: Done): void {
    if (this.#link === null || this.#link.dead || !this.#group.add(record, done)) {
      this.refused++
      done(new CodedError('internal', 'the pipeline takes nothing now'))
      return
    }
    if (this.#scheduled || this.#link.underWay > 0) return
    this.#scheduled = true
    // After the reads of this turn of the event loop, so that they share a commit.
    setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    const link = this.#link
    if (link === null || link.dead || link.underWay > 0) return
    const batch = this.#group.take()
    if (batch !== null) link.commit(batch)
  }

  #tick(): void {
    const receivedAt = this.#options.clock()
    this.#add(ownRecord('tick', receivedAt, ''), () => undefined)
  }
}

const ownRecord = (kind: LogRecord['kind'], receivedAt: number, text: string): LogRecord => ({
  kind,
  receivedAt,
  topic: '',
  client: 'gateway',
  retain: false,
  payload: Buffer.from(text),
})

export type { CommittedEffects, PipelineStats, Restored, TelemetryQuery }
