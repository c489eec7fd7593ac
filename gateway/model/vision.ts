import type { BoxPx, Detection, ModelRef } from '../../contracts/detections.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { Overlay } from '../../detectors/draw-boxes.ts'
import type { TrackedObject } from './input.ts'

/** The language between cameras and vision; the two folders meet only in main.ts. */
export type VisionTask = CameraSettings['tasks'][number]

/** What one analysed frame showed. Boxes in pixels of the frame as received, after EXIF rotation. */
export interface Analysis {
  readonly widthPx: number
  readonly heightPx: number
  /** Objects from score 0.2 (a tracker may go on with weak ones), faces from 0.7. */
  readonly detections: readonly Detection[]
  /** The weights that looked; a task whose model is missing has none. */
  readonly models: readonly ModelRef[]
  /** Brightness of evenly spread single pixels, to tell a frozen picture from a quiet one. */
  readonly sample: Uint8Array
}

export interface RedactRequest {
  readonly knownFacesPx: readonly BoxPx[]
  readonly overlay: Overlay | null
}

export interface Redacted {
  readonly jpeg: Buffer
  readonly widthPx: number
  readonly heightPx: number
  readonly faces: number
  /** No face model: the whole picture was made coarse. */
  readonly whole: boolean
}

/** Both reject with a CodedError: `frame.*` for bad pictures, `model.crashed` for one that kills workers. */
export type Analyse = (jpeg: Uint8Array, tasks: readonly VisionTask[]) => Promise<Analysis>
export type Redact = (jpeg: Uint8Array, request: RedactRequest) => Promise<Redacted>

/** Follows the objects of one camera; holds its state in itself. */
export interface Tracker {
  /** `ts`: capture time, epoch ms, not before the one before it. Returns what is there now. */
  update(
    analysis: Pick<Analysis, 'widthPx' | 'heightPx' | 'detections'>,
    ts: number,
    zones: CameraSettings['zones'],
  ): readonly TrackedObject[]
}
