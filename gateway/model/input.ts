import type { DeviceInfo, ReadingValue } from '../../contracts/payloads.ts'
import type { Detection, ModelRef } from '../../contracts/detections.ts'

/** What decoders make of records: the one language that rules, care and telemetry understand. */
export interface Reading {
  readonly kind: 'reading'
  readonly community: string
  readonly device: string
  readonly name: string
  /** Event time, epoch ms; the receive time where the device's clock is unusable. */
  readonly ts: number
  /** Null in a bare value: it cannot be told from its repeat. */
  readonly seq: number | null
  readonly value: Exclude<ReadingValue, null>
  readonly receivedAt: number
  /** The device's clock was outside the bounds and the receive time stands in `ts`. */
  readonly clockMarked: boolean
}

/** One telemetry message as such: the fact that the device was alive and counting at `ts`. */
export interface Beat {
  readonly kind: 'beat'
  readonly community: string
  readonly device: string
  readonly ts: number
  readonly seq: number | null
  readonly receivedAt: number
}

export interface DeviceEventInput {
  readonly kind: 'event'
  readonly community: string
  readonly device: string
  readonly id: string
  readonly ts: number
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  readonly receivedAt: number
}

export interface StatusInput {
  readonly kind: 'status'
  readonly community: string
  readonly device: string
  readonly online: boolean
  /** Heard from the broker's memory: a state, never an event. */
  readonly retained: boolean
  readonly receivedAt: number
}

export interface InfoInput {
  readonly kind: 'info'
  readonly community: string
  readonly device: string
  readonly info: DeviceInfo
  readonly client: string
  readonly receivedAt: number
}

/** One object followed by a camera, at one moment. Relative coordinates 0..1 of its ground point. */
export interface TrackedObject {
  readonly trackId: string
  readonly label: string
  readonly score: number
  readonly detection: Detection
  /** Zones of the roster that hold the centre of its lower edge. */
  readonly zones: readonly string[]
  readonly firstSeenAt: number
  /** How long it has stood still, ms. */
  readonly stillMs: number
}

/** What the vision pipeline found in one analysed frame. */
export interface SightingFact {
  readonly kind: 'sighting'
  readonly community: string
  readonly camera: string
  /** Capture time, epoch ms. */
  readonly ts: number
  readonly receivedAt: number
  readonly widthPx: number
  readonly heightPx: number
  readonly objects: readonly TrackedObject[]
  readonly models: readonly ModelRef[]
  /** Set when the frame was kept as evidence: sha256 of the JPEG with faces blurred. */
  readonly evidenceSha256: string | null
}

/** A camera (or another source that reports spans) could see during `[from, to)`. */
export interface CoverageFact {
  readonly kind: 'coverage'
  readonly community: string
  readonly device: string
  readonly from: number
  readonly to: number
  readonly receivedAt: number
}

export interface CameraStateFact {
  readonly kind: 'camera-state'
  readonly community: string
  readonly camera: string
  readonly state: 'ok' | 'offline' | 'frozen'
  /** Since when it has been so, epoch ms. */
  readonly since: number
  readonly receivedAt: number
}

/** The gateway itself started; `downSince` is its last sign of life before, null on first start. */
export interface StartFact {
  readonly kind: 'start'
  readonly downSince: number | null
  readonly receivedAt: number
}

export interface AccessFact {
  readonly kind: 'access'
  readonly community: string
  readonly door: string
  readonly ts: number
  readonly granted: boolean
  readonly holder: {
    readonly kind: 'resident' | 'carer' | 'staff'
    readonly id: string
    readonly name: string
  } | null
  readonly reason: string
  readonly receivedAt: number
}

export interface TickInput {
  readonly kind: 'tick'
  readonly receivedAt: number
}

export type Fact = SightingFact | CoverageFact | CameraStateFact | StartFact | AccessFact
export type Input = Reading | Beat | DeviceEventInput | StatusInput | InfoInput | Fact | TickInput
