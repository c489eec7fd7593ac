import type { AccessHolder, AccessMethod } from '../../contracts/access.ts'
import type { AnomalyType, Evidence } from '../../contracts/anomaly.ts'
import type { Detection, ModelRef } from '../../contracts/detections.ts'
import type { DeviceInfo, ReadingValue } from '../../contracts/payloads.ts'
import type { Subject } from '../../contracts/place.ts'
import type { LocalText } from '../../contracts/text.ts'

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
  /** From a broker's memory: a state of an unknown earlier time, a baseline, never an event. */
  readonly retained?: true
}

/** One telemetry message as such: the fact that the device was alive and counting at `ts`. */
export interface Beat {
  readonly kind: 'beat'
  readonly community: string
  readonly device: string
  readonly ts: number
  readonly seq: number | null
  readonly receivedAt: number
  /** The time that the message bears, however wrong; left out where it bears none. */
  readonly sentTs?: number
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

/** A foreign device is no longer there: its bridge removed it, or no longer speaks of it. */
export interface GoneInput {
  readonly kind: 'gone'
  readonly community: string
  readonly device: string
  readonly receivedAt: number
  readonly reason: 'removed' | 'not-announced'
}

/** One object followed by a camera, at one moment. Relative coordinates 0..1 of its ground point. */
export interface TrackedObject {
  readonly trackId: string
  readonly label: string
  readonly score: number
  readonly detection: Detection
  /** Zones of the roster that hold the centre of its lower edge. */
  readonly zones: readonly string[]
  /** Since when it has been in each of `zones`, epoch ms, in their order; left out by records from before. */
  readonly zonesSince?: readonly number[]
  readonly firstSeenAt: number
  /** How long it has stood still, ms. */
  readonly stillMs: number
  /** It did not come: it was there when the camera began, or was first seen while nothing moved. */
  readonly native?: boolean
}

/** An object passed a line of the roster. */
export interface Crossing {
  readonly line: string
  readonly trackId: string
  readonly group: 'person' | 'vehicle' | 'two-wheeler'
  /** `in`: from the left of the line, seen from its first point to its second, to the right. */
  readonly direction: 'in' | 'out'
}

/** Crossings of one frame, with the camera's totals since its first frame: they become readings. */
export interface CrossingFact {
  readonly kind: 'crossing'
  readonly community: string
  readonly camera: string
  readonly ts: number
  readonly receivedAt: number
  readonly crossings: readonly Crossing[]
  readonly totals: {
    readonly peopleIn: number
    readonly peopleOut: number
    readonly vehiclesIn: number
    readonly vehiclesOut: number
  }
}

/** A resident was recognised somewhere: a sign of life with place and confidence, never a picture. */
export interface IdentityFact {
  readonly kind: 'identity'
  readonly community: string
  readonly camera: string
  readonly ts: number
  readonly receivedAt: number
  readonly resident: string
  /** Cosine similarity to the nearest template, -1..1. */
  readonly similarity: number
}

/**
 * Something that doors, barriers or the watch-list found and that has no condition to be over by
 * itself: it becomes an anomaly, at most one per `key` while its ticket is open.
 */
export interface AlarmFact {
  readonly kind: 'alarm'
  readonly community: string
  /** Door, barrier or camera. */
  readonly device: string
  readonly type: AnomalyType
  readonly key: string
  readonly ts: number
  readonly receivedAt: number
  readonly title: LocalText
  readonly description: LocalText
  readonly subject: Subject | null
  readonly evidence: readonly Evidence[]
  /** What decided, e.g. `access-spoof`, with its version. */
  readonly rule: { readonly id: string; readonly version: string }
}

/** A clip that was made after its anomaly had been raised: more evidence for the open one. */
export interface EvidenceFact {
  readonly kind: 'evidence'
  readonly community: string
  /** Dedupe key of the anomaly. */
  readonly key: string
  readonly receivedAt: number
  readonly evidence: readonly Evidence[]
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
  /** The same with boxes and zones drawn in; left out where it was not made. */
  readonly boxesSha256?: string
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
  readonly state: 'ok' | 'offline' | 'frozen' | 'covered' | 'defocused' | 'moved'
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

/** A decision at a door or a barrier, ours or that of a terminal that decides by itself. */
export interface AccessFact {
  readonly kind: 'access'
  readonly community: string
  /** Device id of the door or barrier. */
  readonly door: string
  readonly ts: number
  readonly granted: boolean
  readonly holder: AccessHolder | null
  /** A code of contracts/access.ts; a terminal's own word where it decided. */
  readonly reason: string
  readonly receivedAt: number
  /** Left out in records from before there was more than cards: then it was a card. */
  readonly method?: AccessMethod
  readonly direction?: 'in' | 'out'
  /** At barriers. */
  readonly plate?: string
  /** Cosine similarity (face) or confidence of the plate, where there is one. */
  readonly confidence?: number
  /** Who opened by hand, with `reason` in their own words. */
  readonly by?: string
  /** A car of the notice list: staff are told. */
  readonly notice?: boolean
  /** Let through against the books: it came in twice, or left without having come. */
  readonly irregular?: boolean
}

export interface TickInput {
  readonly kind: 'tick'
  readonly receivedAt: number
}

export type Fact =
  | SightingFact
  | CrossingFact
  | IdentityFact
  | CoverageFact
  | CameraStateFact
  | StartFact
  | AccessFact
  | AlarmFact
  | EvidenceFact
export type Input =
  | Reading
  | Beat
  | DeviceEventInput
  | StatusInput
  | InfoInput
  | GoneInput
  | Fact
  | TickInput
