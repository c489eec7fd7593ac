import type { CareItem } from '../../contracts/care.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { GatewayEvent } from '../../contracts/events.ts'
import type { AdapterHealth, Quarantined } from '../../contracts/health.ts'
import type { Aggregate, DeviceState, TelemetryAnswer } from '../../contracts/private-api.ts'
import type { Roster } from '../../contracts/roster.ts'
import type { RulesCheck } from '../../contracts/rules.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { ForeignPublish, ForeignWants } from '../model/foreign.ts'
import type { DeviceEventInput, Reading } from '../model/input.ts'
import type { QueuedItem } from '../outbox/outbox-item.ts'
import type { EntranceMemory } from './engine-host.ts'
import type { QuarantineSummary } from './quarantine-table.ts'
import type { RetainedRow } from './retained-table.ts'
import type { RulesRow, StoredRules } from './rules-table.ts'

/** What a commit brought forth; given to listeners on the main thread after it. */
export interface CommittedEffects {
  readonly effects: readonly AnyEffect[]
  /** Also in the outbox; here to be published under the gateway's own device id. */
  readonly events: readonly GatewayEvent[]
  /** Events of approved devices; an acknowledgement of a command has the type `ack`. */
  readonly deviceEvents: readonly DeviceEventInput[]
  /** Live readings of fire inputs that adapters made: our own devices are heard before the commit. */
  readonly fireReadings: readonly Reading[]
  /** Devices that came in for the first time, and by which credential. */
  readonly firstSeen: readonly { community: string; device: string; client: string }[]
  /** What adapters ask to be published. */
  readonly publish: readonly ForeignPublish[]
  /** Null where it has not changed. */
  readonly wants: ForeignWants | null
}

export interface TelemetryQuery {
  readonly community: string
  readonly device: string
  readonly reading: string
  /** Epoch ms, both inclusive. */
  readonly from: number
  readonly to: number
  readonly limit?: number
  /** Null or absent: raw points. */
  readonly bucketMs?: number | null
  readonly agg?: Aggregate
}

export interface PipelineStats {
  readonly readings: { readonly in: number; readonly stored: number; readonly duplicates: number }
  readonly outbox: {
    readonly depth: number
    readonly oldestAt: number | null
    readonly poisoned: number
  }
  readonly series: {
    readonly kind: string
    readonly lagRecords: number
    readonly lastError: string | null
  }
  readonly quarantine: QuarantineSummary
  readonly dropped: Record<string, number>
  readonly adapters: readonly AdapterHealth[]
  readonly engines: Record<string, Record<string, number>>
  readonly commitMs: { readonly p50: number; readonly p99: number }
  readonly log: { readonly bytes: number; readonly newestId: number }
  readonly rollbacks: number
}

/** What is told to others of a community: its devices, and how many anomalies of each type are open. */
export interface Overview {
  readonly devices: readonly DeviceState[]
  /** Ids of those that an adapter brought in. */
  readonly foreign: readonly string[]
  readonly open: readonly { readonly type: string; readonly count: number }[]
}

/** What the main thread needs of the database when it starts. */
export interface Restored {
  readonly roster: Roster
  readonly retained: readonly RetainedRow[]
  readonly firstSeen: readonly { community: string; device: string; client: string }[]
  /** Passages, entries of visitors and cars inside, for doors and barriers. */
  readonly entrances: EntranceMemory
  /** What the adapters want of the broker. */
  readonly wants: ForeignWants
  readonly rules: StoredRules
  /** Last sign of life before this start, epoch ms. */
  readonly downSince: number | null
}

/** Questions that the main thread asks the pipeline thread. */
export interface PipelineMethods {
  careItems(community: string, now: number): CareItem[]
  deviceStates(community: string): DeviceState[]
  overview(community: string): Overview
  stats(): Promise<PipelineStats>
  telemetry(query: TelemetryQuery): Promise<TelemetryAnswer>
  quarantine(messages: readonly Quarantined[], counted: Record<string, number>): void
  rulesCheck(text: string): RulesCheck
  rulesActive(): RulesRow | null
  outboxPeek(n: number): QueuedItem[]
  outboxRemove(ids: readonly string[]): void
  outboxPoison(id: string, error: string): void
  /** Writes what memory holds and closes the database. */
  stop(): Promise<void>
}

export type ToThread =
  | { readonly type: 'batch'; readonly id: number; readonly body: Uint8Array<ArrayBuffer> }
  | {
      readonly type: 'call'
      readonly id: number
      readonly method: keyof PipelineMethods
      readonly args: readonly unknown[]
    }

export interface Failure {
  readonly code: ErrorCode
  readonly detail: string
}

export type FromThread =
  | { readonly type: 'ready'; readonly restored: Restored }
  | {
      readonly type: 'committed'
      readonly id: number
      /** Positions in the batch whose roster change was out of step. */
      readonly outOfStep: readonly number[]
      readonly effects: CommittedEffects | null
    }
  | { readonly type: 'refused'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'no-answer'; readonly id: number; readonly failure: Failure }
  | {
      readonly type: 'log'
      readonly level: 'debug' | 'info' | 'warn' | 'error'
      readonly fields: object
      readonly message: string
    }
  | { readonly type: 'broken'; readonly failure: Failure }
