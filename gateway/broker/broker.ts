import type { Clock } from '../../contracts/clock.ts'
import type { Quarantined } from '../../contracts/health.ts'
import type { ForeignWants } from '../model/foreign.ts'
import type { Logger } from '../model/logger.ts'
import type { LogRecord } from '../model/record.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { BrokerProblem } from './broker-failure.ts'

/** One JPEG as it came; never logged, never retained, dropped first when there are too many. */
export interface IncomingFrame {
  readonly community: string
  readonly camera: string
  /** What the topic `frame/{ms}` says; null for plain `frame`. */
  readonly capturedAt: number | null
  readonly receivedAt: number
  readonly jpeg: Buffer
}

export type Done = (error: Error | null) => void

/**
 * Puts a record on disk. Either calls `done` (and returns nothing), or returns a promise; the first
 * is for the hot path, where a promise per message costs. An error means: not on disk, do not
 * acknowledge.
 */
export type RecordSink = (record: LogRecord, done: Done) => Promise<void> | void

export interface RetainedMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
}

/** What was retained before the restart. Changes reach the disk with the record that brought them. */
export interface RetainedStore {
  load(): Promise<Iterable<RetainedMessage>>
}

/** By which credential a device first came in: a provisioning credential keeps serving those. */
export interface FirstSeenBook {
  firstClient(community: string, device: string): string | null
}

export interface BrokerDeps {
  readonly roster: RosterView
  readonly record: RecordSink
  readonly onFrame: (frame: IncomingFrame) => void
  readonly onQuarantine: (message: Quarantined) => void
  readonly clock: Clock
  readonly logger: Logger
  readonly retained: RetainedStore
  readonly firstSeen?: FirstSeenBook
}

export interface PublishOptions {
  readonly qos?: 0 | 1
  readonly retain?: boolean
}

export type MessageHandler = (topic: string, payload: Buffer) => void

export interface BrokerStats {
  readonly kind: 'embedded' | 'external'
  readonly connected: boolean
  readonly clients: number
  readonly messagesIn: number
  readonly framesIn: number
  /** Counters of everything a bound has refused or dropped, by code. */
  readonly dropped: Readonly<Record<string, number>>
  /** Why it is not connected, or what it may not do there; external only. */
  readonly problems: readonly BrokerProblem[]
  /** Filters of adapters that the broker's access list refused, the first of them; external only. */
  readonly refusedTopics: readonly string[]
}

export interface Broker {
  /** Ports are null where nothing listens (external, or no TLS). Throws CodedError `port.in-use`. */
  start(): Promise<{ readonly port: number | null; readonly tlsPort: number | null }>
  close(): Promise<void>
  /** Resolves when the broker has taken it; commands must not be retained. */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): Promise<void>
  /** Messages of devices that match, after they are on disk. Returns the way to stop. */
  subscribe(filter: string, handler: MessageHandler): () => void
  /** Called after each (re)connection, when the subscriptions stand; the embedded broker calls once, at its start. */
  onConnected(handler: () => void): void
  /** What the adapters want from now on: subscriptions, and what is said after each connection. */
  want(wants: ForeignWants): void
  /** Closes connections whose credential the roster no longer holds. Call it after each roster change. */
  dropRevoked(): number
  stats(): BrokerStats
}
