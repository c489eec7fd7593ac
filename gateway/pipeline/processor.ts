import type { Database } from 'better-sqlite3'
import { dayMs, secondMs } from '../../contracts/clock.ts'
import type { GatewayEvent } from '../../contracts/events.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import { limits } from '../../contracts/limits.ts'
import type { Roster, RosterChange } from '../../contracts/roster.ts'
import { decode } from '../ingest/decode.ts'
import { createTopicMemo } from '../ingest/topic-memo.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { DeviceEventInput, Input, Reading } from '../model/input.ts'
import type { LogRecord } from '../model/record.ts'
import type { RosterView } from '../model/roster-view.ts'
import { AnomalyBook } from './anomaly-book.ts'
import { DeviceBook } from './device-book.ts'
import { DeviceDesk } from './device-desk.ts'
import { EngineHost, type EngineSet } from './engine-host.ts'
import { EventDesk } from './event-desk.ts'
import { FactEvents } from './fact-events.ts'
import type { OutboxPort } from './outbox-port.ts'
import { QuarantineTable } from './quarantine-table.ts'
import { RetainedTable } from './retained-table.ts'
import { RosterTable } from './roster-table.ts'
import { SeenEvents } from './seen-events.ts'

/** The series store as the pipeline uses it: synchronous, inside the transaction. */
export interface SeriesPort {
  write(readings: readonly Reading[]): { readonly stored: number; readonly duplicates: number }
}

/** What is built from the database, and built anew after a rollback. */
export interface ProcessorParts {
  readonly engines: (roster: RosterView) => EngineSet
  /** Own their tables and heal themselves after a rollback. */
  readonly series: SeriesPort
  readonly outbox: OutboxPort
}

export interface Counts {
  readingsIn: number
  readingsStored: number
  readingsDuplicate: number
}

/** What the main thread is told of a batch after its commit. */
export interface BatchResult {
  readonly effects: readonly AnyEffect[]
  readonly events: readonly GatewayEvent[]
  /** Events and acknowledgements of approved devices, for doors and commands. */
  readonly deviceEvents: readonly DeviceEventInput[]
  /** Devices that came in for the first time. */
  readonly firstSeen: readonly { community: string; device: string; client: string }[]
  readonly counts: Counts
  /** Roster changes that did not follow on the present version, by position in the batch. */
  readonly outOfStep: readonly number[]
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
  readonly engineSet: EngineSet
  readonly #engines: EngineHost
  readonly #events: EventDesk
  readonly #desk: DeviceDesk
  readonly #facts: FactEvents
  readonly #series: SeriesPort
  readonly #parseTopic = createTopicMemo()
  #readings: Reading[] = []
  #effects: AnyEffect[] = []
  #deviceEvents: DeviceEventInput[] = []

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
    this.#desk = new DeviceDesk(this.roster.book, this.devices, this.#events)
    this.#facts = new FactEvents(this.#events)
    this.#series = parts.series
    this.engineSet = parts.engines(this.roster.book)
    this.#engines = new EngineHost(db, this.engineSet.engines)
  }

  isDue(now: number): boolean {
    return this.#engines.isDue(now)
  }

  /** Within a transaction; after an exception this object is void and another must be built. */
  run(records: readonly LogRecord[], now: number): BatchResult {
    const outOfStep: number[] = []
    for (const [position, record] of records.entries())
      if (!this.#apply(record)) outOfStep.push(position)
    const readings = this.#readings
    this.#readings = []
    const { stored, duplicates } =
      readings.length === 0 ? { stored: 0, duplicates: 0 } : this.#series.write(readings)
    this.devices.flush(now)
    this.quarantine.flush()
    this.#engines.save()
    const effects = this.#effects
    const deviceEvents = this.#deviceEvents
    this.#effects = []
    this.#deviceEvents = []
    return {
      effects,
      events: this.#events.take(),
      deviceEvents,
      firstSeen: this.#desk.takeFirstSeen(),
      counts: {
        readingsIn: readings.length,
        readingsStored: stored,
        readingsDuplicate: duplicates,
      },
      outOfStep,
    }
  }

  /** False for a roster change that is out of step. */
  #apply(record: LogRecord): boolean {
    if (record.kind === 'roster') return this.#rosterChange(record)
    if (record.kind === 'tick' && !this.#engines.isDue(record.receivedAt)) return true
    const { inputs, quarantined, clockMarked } = decode(record, this.#parseTopic)
    if (quarantined !== null) this.quarantine.add(quarantined)
    if (clockMarked > 0) this.quarantine.count('payload.clock', clockMarked)
    if (record.retain) this.retained.apply(record)
    for (const input of inputs) this.#input(input, record)
    return true
  }

  /** Engines hear of it by a tick: who was taken off the list must not wait for the next reading. */
  #rosterChange(record: LogRecord): boolean {
    const text = Buffer.from(record.payload).toString('utf8')
    if (!this.roster.apply(JSON.parse(text) as Roster | RosterChange)) return false
    this.devices.forgetStandings()
    this.#input({ kind: 'tick', receivedAt: record.receivedAt }, record)
    return true
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
