import type { ForeignPublish, PictureTopic } from '../../model/foreign.ts'
import type { StateRow } from '../../model/engine.ts'
import type { Input } from '../../model/input.ts'
import type { Refusal } from '../payload-text.ts'

/** A message on a topic that is not ours. */
export interface ForeignMessage {
  readonly community: string
  readonly topic: string
  readonly payload: Uint8Array
  /**
   * From an external broker's memory: published at an unknown earlier time. It may set a state and never
   * raises an event. What a producer publishes to the embedded broker is live, whatever its retain flag.
   */
  readonly retained: boolean
  /** User name of the credential; `broker` where an external broker delivered it. */
  readonly client: string
  readonly receivedAt: number
}

export interface AdapterAnswer {
  /** In order. A device's first input is its `info`; without one nothing else of it counts. */
  readonly inputs: readonly Input[]
  /** Counted and kept in quarantine; the inputs count all the same. */
  readonly refusal: Refusal | null
  readonly publish?: readonly ForeignPublish[]
}

/**
 * Understands the messages of one ecosystem, for one community. Deterministic: answers depend on the
 * restored state and the messages so far; it reads no clock. The pipeline saves `takeDirty()` in the
 * transaction that commits the inputs, and writes the inputs into the log beside the message, so that a
 * replay needs no adapter.
 */
export interface Adapter {
  /** Names its state, its counters and the devices that it brings in. */
  readonly name: string
  /** Asked for every foreign message; several adapters may claim one topic. */
  claims(topic: string): boolean
  /** Payloads are at most 256 KiB and may be empty, which means "taken back". */
  apply(message: ForeignMessage): AdapterAnswer
  /** What time itself brings: off_delay, expire_after, an `end` that never came. */
  tick(now: number): readonly Input[]
  /** The earliest time at which a tick would bring something, epoch ms; null when nothing waits. */
  nextDueAt(): number | null
  restore(rows: Iterable<StateRow>): void
  takeDirty(): readonly StateRow[]
  /** Subscriptions that it needs on an external broker. The same array until they change. */
  filters(): readonly string[]
  /** Topics with pictures. The same array until they change. */
  pictures?(): readonly PictureTopic[]
  /** What to say after each (re)connection. The same array until it changes. */
  greetings?(): readonly ForeignPublish[]
  /** What it saw and did not understand, by name, since the start. */
  counters?(): Readonly<Record<string, number>>
}

export const noAnswer: AdapterAnswer = { inputs: [], refusal: null }
