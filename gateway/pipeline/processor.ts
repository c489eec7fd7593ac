import type { Database } from 'better-sqlite3'
import { dayMs, secondMs } from '../../contracts/clock.ts'
import { limits } from '../../contracts/limits.ts'
import type { Roster, RosterChange, RosterDevice } from '../../contracts/roster.ts'
import { deviceTopic, gatewayDevice } from '../../contracts/topics.ts'
import { asQuarantined, decode } from '../ingest/decode.ts'
import { createTopicMemo } from '../ingest/topic-memo.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { ForeignPublish, ForeignWants } from '../model/foreign.ts'
import type { DeviceEventInput, Input, Reading } from '../model/input.ts'
import type { LogRecord } from '../model/record.ts'
import { AdapterHost, type ForeignParts } from './adapter-host.ts'
import { AnomalyBook } from './anomaly-book.ts'
import type { BatchResult, Derived } from './batch-result.ts'
import { DeviceBook } from './device-book.ts'
import { DeviceDesk } from './device-desk.ts'
import type { EngineSet } from './engine-host.ts'
import { EventDesk } from './event-desk.ts'
import { FactEvents } from './fact-events.ts'
import type { OutboxPort } from './outbox-port.ts'
import { QuarantineTable } from './quarantine-table.ts'
import { ForeignFire } from './foreign-fire.ts'
import { RetainedTable } from './retained-table.ts'
import { RosterTable } from './roster-table.ts'
import { type MakeEngines, RuledEngines } from './ruled-engines.ts'
import { SeenEvents } from './seen-events.ts'

/** The series store as the pipeline uses it: synchronous, inside the transaction. */
export interface SeriesPort {
  write(readings: readonly Reading[]): { readonly stored: number; readonly duplicates: number }
}

/** What is built from the database, and built anew after a rollback. */
export interface ProcessorParts {
  readonly engines: MakeEngines
  /** Own their tables and heal themselves after a rollback. */
  readonly series: SeriesPort
  readonly outbox: OutboxPort
  /** Left out where foreign messages are not to be understood: in a replay their meaning stands in the log. */
  readonly foreign?: ForeignParts
}

const bounds = {
  quarantineRows: 1_000,
  quarantineRowsPerBatch: 50,
  retainedTopics: 50_000,
  devices: 50_000,
  namesPerDevice: 512,
}

/** Records into readings, effects, events and rows. It owns no transaction: batch-runner.ts does. */
export class Processor {
  readonly roster: RosterTable
  readonly devices: DeviceBook
  readonly quarantine: QuarantineTable
  readonly retained: RetainedTable
  readonly seen: SeenEvents
  readonly anomalies: AnomalyBook
  readonly adapters: AdapterHost | null
  readonly #engines: RuledEngines
  readonly #events: EventDesk
  readonly #desk: DeviceDesk
  readonly #facts: FactEvents
  readonly #fire: ForeignFire
  readonly #series: SeriesPort
  readonly #parseTopic = createTopicMemo()
  #readings: Reading[] = []
  #effects: AnyEffect[] = []
  #deviceEvents: DeviceEventInput[] = []
  #derived: Derived[] = []
  #publish: ForeignPublish[] = []
  #wants: ForeignWants | null = null

  constructor(db: Database, parts: ProcessorParts) {
    this.roster = new RosterTable(db)
    this.devices = new DeviceBook(db, {
      devicesMax: bounds.devices,
      namesPerDeviceMax: bounds.namesPerDevice,
      flushEveryMs: secondMs,
    })
    this.quarantine = new QuarantineTable(db, {
      rowsMax: bounds.quarantineRows,
      rowsPerBatchMax: bounds.quarantineRowsPerBatch,
    })
    this.retained = new RetainedTable(db, bounds.retainedTopics)
    this.seen = new SeenEvents(db, limits.timestampPastMaxMs + dayMs)
    this.#events = new EventDesk(parts.outbox)
    this.anomalies = new AnomalyBook(db, parts.outbox, this.#events)
    this.#desk = new DeviceDesk(
      this.roster.book,
      this.devices,
      this.#events,
      (community, device) => this.adapters?.described(community, device) ?? null,
    )
    this.#facts = new FactEvents(this.#events)
    this.#fire = new ForeignFire(this.roster.book)
    this.#series = parts.series
    this.#engines = new RuledEngines(db, this.roster.book, parts.engines)
    this.adapters =
      parts.foreign === undefined ? null : new AdapterHost(db, this.roster.book, parts.foreign)
    this.#wants = this.adapters?.wants() ?? null
  }

  get engineSet(): EngineSet {
    return this.#engines.set
  }

  engineStats(): Record<string, Record<string, number>> {
    return this.#engines.stats()
  }

  isDue(now: number): boolean {
    return this.#engines.isDue(now) || this.adapters?.isDue(now) === true
  }

  /** Within a transaction; after an exception this object is void and another must be built. */
  run(records: readonly LogRecord[], now: number): BatchResult {
    const outOfStep: number[] = []
    for (const [position, record] of records.entries())
      if (!this.#apply(record, position)) outOfStep.push(position)
    const readings = this.#readings
    this.#readings = []
    const { stored, duplicates } =
      readings.length === 0 ? { stored: 0, duplicates: 0 } : this.#series.write(readings)
    this.devices.flush(now)
    this.quarantine.flush()
    this.#engines.save()
    this.adapters?.save()
    return {
      ...this.#takeResults(),
      events: this.#events.take(),
      firstSeen: this.#desk.takeFirstSeen(),
      counts: {
        readingsIn: readings.length,
        readingsStored: stored,
        readingsDuplicate: duplicates,
      },
      outOfStep,
    }
  }

  #takeResults() {
    const effects = this.#effects
    const deviceEvents = this.#deviceEvents
    const derived = this.#derived
    const publish = this.#publish
    const fireReadings = this.#fire.take()
    this.#effects = []
    this.#deviceEvents = []
    this.#derived = []
    this.#publish = []
    return { effects, deviceEvents, fireReadings, derived, publish, wants: this.#changedWants() }
  }

  #changedWants(): ForeignWants | null {
    const wants = this.adapters?.wants() ?? null
    if (wants === this.#wants) return null
    this.#wants = wants
    return wants
  }

  /** False for a roster change that is out of step. */
  #apply(record: LogRecord, position: number): boolean {
    switch (record.kind) {
      case 'roster':
        return this.#rosterChange(record)
      case 'tick':
        this.#tick(record, position)
        return true
      case 'rules':
        this.#engines.change(record)
        this.#tellTime(record)
        return true
      case 'publish':
        if (this.#foreign(record, position)) return true
        break
      case 'derived':
        // With adapters at work, they themselves say what a message means.
        if (this.adapters !== null) return true
        break
      case 'fact':
        break
    }
    const { inputs, quarantined, clockMarked } = decode(record, this.#parseTopic)
    if (quarantined !== null) this.quarantine.add(quarantined)
    if (clockMarked > 0) this.quarantine.count('payload.clock', clockMarked)
    // For the memory of the embedded broker, in which no device keeps readings.
    if (record.retain && this.#parseTopic(record.topic)?.leaf !== 'telemetry')
      this.retained.apply(record)
    for (const input of inputs) this.#input(input, record)
    return true
  }

  #tick(record: LogRecord, position: number): void {
    const { receivedAt } = record
    if (this.adapters?.isDue(receivedAt) === true)
      this.#derive(this.adapters.tick(receivedAt), record, position)
    if (this.#engines.isDue(receivedAt)) this.#tellTime(record)
  }

  /** True where an adapter has taken the message. */
  #foreign(record: LogRecord, position: number): boolean {
    if (this.adapters === null || record.topic.startsWith('linli/')) return false
    const answer = this.adapters.apply(record)
    if (answer === null) return false
    if (answer.refusal !== null) this.quarantine.add(asQuarantined(record, answer.refusal))
    if (record.retain) this.retained.apply(record)
    if (answer.publish !== undefined) this.#publish.push(...answer.publish)
    this.#derive(answer.inputs, record, position)
    return true
  }

  #derive(inputs: readonly Input[], record: LogRecord, position: number): void {
    if (inputs.length === 0) return
    this.#derived.push({ position, inputs })
    for (const input of inputs) {
      this.#input(input, record)
      this.#fire.note(input)
    }
  }

  #rosterChange(record: LogRecord): boolean {
    const text = Buffer.from(record.payload).toString('utf8')
    const change = JSON.parse(text) as Roster | RosterChange
    const known = 'base' in change ? [] : [...this.roster.book.devices()].map(keyOf)
    if (!this.roster.apply(change)) return false
    const named = 'base' in change ? (change.devices?.remove ?? []) : known
    for (const key of named) this.#forgetIfGone(key, record)
    this.devices.forgetStandings()
    this.#tellTime(record)
    return true
  }

  /** What a change ends is ended now, not with the next reading. */
  #tellTime(record: LogRecord): void {
    this.#input({ kind: 'tick', receivedAt: record.receivedAt }, record)
  }

  /** What a removed device had retained goes with it, here and at the broker; its history stays. */
  #forgetIfGone(key: string, record: LogRecord): void {
    const [community = '', device = ''] = key.split('/')
    if (this.roster.book.device(community, device) !== null) return
    this.devices.forget(community, device)
    for (const leaf of ['info', 'status'] as const) {
      const topic = deviceTopic(community, device, leaf)
      this.retained.apply({ ...record, topic, payload: new Uint8Array() })
      this.#publish.push({ topic, payload: '', retain: true, qos: 1 })
    }
  }

  #input(input: Input, record: LogRecord): void {
    if (input.kind === 'event' && !this.seen.isNew(input)) return
    if (input.kind === 'reading') this.#readings.push(input)
    if (!this.#desk.meet(input, record)) return
    if (input.kind === 'event') this.#deviceEvents.push(input)
    this.#facts.note(input)
    if (input.kind === 'evidence') {
      const { key, receivedAt: at, evidence } = input
      this.anomalies.apply({ kind: 'add', key, at, evidence }, at)
    }
    this.#engines.apply(input, (effect) => this.#effect(effect, record))
  }

  #effect(effect: AnyEffect, record: LogRecord): void {
    this.#effects.push(effect)
    const { receivedAt } = record
    if (effect.kind !== 'tell') {
      this.anomalies.apply(effect, receivedAt)
      return
    }
    const { type, community, device, at, data } = effect
    const told = { type, community, device: device ?? gatewayDevice, ts: at, data: { ...data } }
    // Two tellings of one moment are told apart by what they say.
    this.#events.add(told, receivedAt, JSON.stringify(data))
  }
}

const keyOf = ({ community, id }: RosterDevice): string => `${community}/${id}`
