import type { RosterDevice } from '../../contracts/roster.ts'
import type { Cadence } from '../model/cadence.ts'
import type { Waiting } from '../model/due-heap.ts'
import type { BatteryPoints } from './battery-trend.ts'
import type { DriftState } from './clock-drift.ts'

/** What is kept of one device between two messages. */
export interface Memory {
  /** Our time of its last word, rounded up to a grain, so that not every message is a write. */
  seenAt: number | null
  /** Silence counts from here where that is later: it came back online, its parent did, or we. */
  quietFrom: number | null
  /** Where the next gap to learn begins; null when somebody did not listen since. */
  gapFrom: number | null
  /** Since when its status, or the camera hub, says `offline`, our time. */
  offlineSince: number | null
  /** Null until it has been heard of: a first `offline` is a baseline. */
  online: boolean | null
  /** A camera: pictures have been seen from it. */
  worked: boolean
  /** As its self-description says; the roster's wins. */
  intervalMs: number | null
  cadence: Cadence
  /** Since when it counts as down. */
  downSince: number | null
  /** When it was to be reported, and was made to wait for others of the same cause. */
  heldSince: number | null
  heldUntil: number | null
  /** Its own anomaly stands. */
  raised: boolean
  unstable: boolean
  /** Key of the cause that speaks for it. */
  foldedInto: string | null
  /** When it went offline of late; at most as many as make it unstable. */
  drops: readonly number[]
  drift: DriftState | null
  clockRaised: boolean
  battery: BatteryPoints
  batteryTold: boolean
  /** Type and model as it last described itself: another one is another device. */
  described: string | null
}

export const newMemory = (): Memory => ({
  seenAt: null,
  quietFrom: null,
  gapFrom: null,
  offlineSince: null,
  online: null,
  worked: false,
  intervalMs: null,
  cadence: { n: 0, atMs: 0, lastMs: 0, restMs: 0, bands: [], run: [0, 0, 0] },
  downSince: null,
  heldSince: null,
  heldUntil: null,
  raised: false,
  unstable: false,
  foldedInto: null,
  drops: [],
  drift: null,
  clockRaised: false,
  battery: [],
  batteryTold: false,
  described: null,
})

export const entryPrefix = 'health/device/'

export class DeviceEntry implements Waiting {
  readonly key: string
  readonly community: string
  readonly id: string
  /** Null when the roster does not hold it as approved. */
  device: RosterDevice | null = null
  dueAt: number | null = null
  memory: Memory = newMemory()
  /** Of the cadence, so that it is not asked with every message; null: not asked since it moved. */
  learnedMs: number | null = null
  learnedOf: Cadence | null = null

  constructor(community: string, id: string) {
    this.key = `${entryPrefix}${community}/${id}`
    this.community = community
    this.id = id
  }

  get isCamera(): boolean {
    return this.device !== null && (this.device.camera !== null || this.device.type === 'camera')
  }
}

/** One report for many devices. Its row; `device` is the parent where it is one. */
export interface Cause {
  readonly key: string
  readonly community: string
  readonly kind: 'via' | 'place' | 'type' | 'community'
  /** Parent's id, name of the place, type; empty for the community. */
  readonly of: string
  readonly raisedAt: number
  /** How many it was raised for, or has spoken for at most. */
  size: number
  /** How many it speaks for now. */
  left: number
  /** Later ones that the ticket has not been told of. */
  untold: number
  toldAt: number
}

export const causePrefix = 'health/cause/'
