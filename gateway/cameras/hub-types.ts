import type { Clock } from '../../contracts/clock.ts'
import type { CameraHealth, Quarantined } from '../../contracts/health.ts'
import type { LatestDetections } from '../../contracts/private-api.ts'
import type { CameraFrame } from '../model/frame.ts'
import type { Fact } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { Analyse, FrameLook, Redact, Tracker } from '../model/vision.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { DropCause } from './drop-book.ts'
import type { Priority } from './frame-queue.ts'
import type { LookOptions } from './look-schedule.ts'

/** Takes every sound frame of every camera, for the seconds before and after an anomaly; returns at once. */
export interface ClipSink {
  /** `ts`: event time of the frame, epoch ms. */
  push(community: string, camera: string, frame: CameraFrame, ts: number): void
}

export interface CameraHubDeps {
  readonly roster: RosterView
  readonly analyse: Analyse
  readonly redact: Redact
  readonly createTracker: () => Tracker
  readonly record: (fact: Fact) => void
  readonly evidence: Pick<EvidenceStore, 'put'>
  readonly onQuarantine: (bad: Quarantined) => void
  readonly clock: Clock
  /** Milliseconds that only go forward; `performance.now` where left out. */
  readonly monotonic?: () => number
  readonly logger: Logger
  /**
   * Whether a camera has ever sent. One that has, and does not come back after a restart of the box,
   * is offline; without this it would be `waiting` like one that is still in its carton.
   */
  readonly seenBefore?: (community: string, camera: string) => boolean
  /**
   * Doors and barriers, called in this order with each look, before any evidence is made. One that
   * throws is named in the log and costs the others nothing.
   */
  readonly followers?: readonly ((look: FrameLook) => void)[]
  readonly clips?: ClipSink
}

export interface CameraHubOptions {
  /** Frames looked at at once: `VisionPool.capacity`. */
  readonly concurrency: number
  readonly frozenAfterMs?: number
  readonly sightingEveryMs?: number
  readonly evidenceEveryMs?: number
  readonly coverageEveryMs?: number
  /** Bytes of frames that wait for a detector. */
  readonly waitingBytesMax?: number
  /** How often stale cameras are looked for, ms. */
  readonly tickMs?: number
  /** How often the models look although nothing moves. */
  readonly looks?: LookOptions
}

export interface CameraStats {
  readonly in: number
  readonly analysed: number
  /** Of these, frames in which nothing moved, so that no model was asked. */
  readonly shut: number
  readonly dropped: number
  readonly droppedByPriority: Readonly<Record<Priority, number>>
  readonly droppedByCause: Readonly<Record<DropCause, number>>
  /** Frames of devices that are no approved camera. */
  readonly unknown: number
  /** Bad frames by code. */
  readonly bad: Readonly<Record<string, number>>
  readonly waiting: number
}

export interface CameraHub {
  /** Takes a frame; returns at once. */
  offer(frame: CameraFrame): void
  /** The latest frame that was looked at, faces destroyed in the pixels; null while there is none. */
  snapshot(
    community: string,
    camera: string,
    options: { readonly boxes: boolean },
  ): Promise<Buffer | null>
  detections(community: string, camera: string): LatestDetections | null
  /** Calls the listener for every new picture until the returned function is called. */
  subscribe(community: string, camera: string, listener: () => void): () => void
  health(): CameraHealth[]
  stats(): CameraStats
  /** Stops the clockwork, gives out the coverage so far and waits for what is under way. */
  close(): Promise<void>
}
