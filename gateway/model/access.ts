import type { AccessReason } from '../../contracts/access.ts'
import type { TerminalReport } from '../../contracts/http/access.ts'
import type { DeviceEvent } from '../../contracts/payloads.ts'
import type {
  CommandOutcome,
  EnrolAnswer,
  EnrolRequest,
  ForgetAnswer,
  OpenRequest,
} from '../../contracts/private-api.ts'
import type { FrameLook } from './vision.ts'

/** A resident stood before a camera: recognised in an open set, in agreeing frames, and alive as far as pictures tell. */
export interface FaceProof {
  readonly community: string
  readonly camera: string
  readonly resident: string
  /** Event time of the deciding frame, epoch ms, and monotonic ms at which it came in. */
  readonly ts: number
  readonly at: number
  /** Cosine similarity to the nearest template, and to the nearest of anybody else. */
  readonly similarity: number
  readonly secondBest: number
  /** Frames that agreed. */
  readonly frames: number
  /** Mean liveness of those frames, 0..1; null where the models are missing. */
  readonly livenessScore: number | null
}

/** A face that stayed before the camera and opens nothing; one per track and reason. */
export interface FaceRefusal {
  readonly community: string
  readonly camera: string
  readonly ts: number
  readonly reason: Extract<
    AccessReason,
    'face-unknown' | 'face-ambiguous' | 'face-quality' | 'face-not-live' | 'face-liveness-missing'
  >
  /** What the quality gate said, in words of contracts/detections.ts. */
  readonly detail: string
  /** Whom it looked like, where a spoof of somebody was tried. */
  readonly resident: string | null
}

/** Faces into proofs. Knows templates; knows no doors. */
export interface FaceEntry {
  /** Every frame of a camera with the task `recognition`. */
  looked(look: FrameLook): void
  enrol(request: EnrolRequest): Promise<EnrolAnswer>
  forget(template: string): Promise<ForgetAnswer>
  count(): { readonly persons: number; readonly templates: number }
  /** Faces that were found at the start and open nothing: damaged or of another key, or of another model. */
  unusable(): { readonly damaged: number; readonly foreign: number }
  /** The roster has changed: templates without a live consent are deleted. Resolves once they are gone from disk. */
  reconcile(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** Doors: who may pass, and the commands that let them. Knows no pixels. */
export interface DoorGuard {
  proven(proof: FaceProof): void
  refused(refusal: FaceRefusal): void
  /** `credential.presented`, `terminal.liveness`, `access.reported`, `door.exit-button` of a device. */
  event(community: string, device: string, event: DeviceEvent): Promise<void>
  reported(community: string, device: string, report: TerminalReport): Promise<void>
  open(device: string, request: OpenRequest): Promise<CommandOutcome>
  close(): Promise<void>
}

/** Barriers: plates over frames, sessions, and the arm. */
export interface BarrierGuard {
  /** Every frame of a camera with the task `plates`. */
  looked(look: FrameLook): void
  reported(community: string, device: string, report: TerminalReport): Promise<void>
  open(device: string, request: OpenRequest): Promise<CommandOutcome>
  close(): Promise<void>
}
