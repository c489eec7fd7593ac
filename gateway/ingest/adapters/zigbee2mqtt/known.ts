import type { KnownValues } from '../shared/known-values.ts'
import type { Property } from './device-list.ts'

/** What is remembered of a device. */
export interface Known {
  name: string
  disabled: boolean
  /** JSON of its last `info`. */
  info: string
  properties: Readonly<Record<string, Property>>
  readonly values: KnownValues
  /** What its availability topic says; null before it has said anything. */
  available: boolean | null
  /** What we have told of it. */
  told: boolean | null
  lastSeen: number | null
  /** Of its last state without `last_seen`: the same again is a repeat. */
  print: string
}

/** What is remembered of the bridge of one base topic. */
export interface Bridge {
  /** Of its coordinator. */
  ieee: string | null
  online: boolean | null
  onlineAt: number | null
}
