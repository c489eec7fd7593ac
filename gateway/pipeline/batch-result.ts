import type { GatewayEvent } from '../../contracts/events.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { ForeignPublish, ForeignWants } from '../model/foreign.ts'
import type { DeviceEventInput, Input, Reading } from '../model/input.ts'

/** What an adapter made of the record at a position of the batch. */
export interface Derived {
  readonly position: number
  readonly inputs: readonly Input[]
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
  /** Live readings of fire inputs that adapters made. */
  readonly fireReadings: readonly Reading[]
  /** Devices that came in for the first time. */
  readonly firstSeen: readonly { community: string; device: string; client: string }[]
  readonly counts: Counts
  /** Roster changes that did not follow on the present version, by position in the batch. */
  readonly outOfStep: readonly number[]
  /** For the log, before the record at their position. */
  readonly derived: readonly Derived[]
  /** What adapters ask to be published. */
  readonly publish: readonly ForeignPublish[]
  /** Null where nothing has changed. */
  readonly wants: ForeignWants | null
}
