import type {
  BoxPx,
  Detection,
  FaceQuality,
  ModelRef,
  PlateSeen,
  Polygon,
} from '../../contracts/detections.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { Overlay } from '../../detectors/draw-boxes.ts'
import type { CameraFrame } from './frame.ts'
import type { Crossing, TrackedObject } from './input.ts'

/** The language between cameras and vision; the two folders meet only in main.ts. */
export type VisionTask = CameraSettings['tasks'][number]

/** A face good or bad; `embedding` and `livenessScore` only where the task was `recognition`. */
export interface FaceSeen {
  readonly detection: Detection
  readonly quality: FaceQuality
  /** 128 numbers, length 1; null where the quality forbids recognition or the model is missing. */
  readonly embedding: Float32Array | null
  /** Mean of class "live" of both models, 0..1; null where a model is missing or nobody asked. */
  readonly livenessScore: number | null
}

/** What the cheap look at a frame says of the picture as such; see detectors/scene-stats.ts. */
export interface SceneStats {
  readonly meanLuma: number
  /** Standard deviation of brightness: a covered lens has next to none. */
  readonly contrast: number
  /** Variance of the Laplacian of the small picture. */
  readonly sharpness: number
  /** 32 x 18 edge strengths, 0..255, by which a turned camera is told. */
  readonly edges: Uint8Array
}

/** The adaptive background of one camera; made and changed by the detector threads, kept by the hub. */
export interface MotionMemory {
  readonly widthPx: number
  readonly heightPx: number
  /** Running mean and deviation of brightness per pixel. */
  readonly mean: Float32Array
  readonly deviation: Float32Array
  readonly frames: number
}

export interface MotionSeen {
  /** Something moved where it matters: the models were run. */
  readonly moved: boolean
  /** Share of the unmasked picture that changed, 0..1. */
  readonly share: number
  /** So much changed at once that it is the light (or the camera), not an object. */
  readonly lighting: boolean
  /** The gate stayed shut: no model looked, though there are some; what was there before still is. */
  readonly shut?: boolean
}

/** What one analysed frame showed. Boxes in pixels of the frame as received, after EXIF rotation. */
export interface Analysis {
  readonly widthPx: number
  readonly heightPx: number
  /** Objects from score 0.2 (a tracker may go on with weak ones), faces from 0.7. */
  readonly detections: readonly Detection[]
  readonly faces: readonly FaceSeen[]
  readonly plates: readonly PlateSeen[]
  /** The weights that looked; a task whose model is missing has none. */
  readonly models: readonly ModelRef[]
  /** Brightness of evenly spread single pixels, to tell a frozen picture from a quiet one. */
  readonly sample: Uint8Array
  /** Null where no motion gate was asked for. */
  readonly motion: MotionSeen | null
  /** The background with this frame in it, to be given with the next; null where no gate was asked for. */
  readonly memory: MotionMemory | null
  readonly scene: SceneStats | null
}

export interface AnalyseRequest {
  readonly tasks: readonly VisionTask[]
  /** Parts of the picture that nobody may see, relative 0..1: nothing in them is detected. */
  readonly masks?: readonly Polygon[]
  /**
   * Null: look at everything. Else the models run only if something moved since `memory`, which is
   * handed over with its arrays: the next request takes the one that comes back.
   */
  readonly gate?: { readonly memory: MotionMemory | null; readonly force: boolean } | null
  /** Somebody stands at a door: it goes before all that waits. */
  readonly urgent?: boolean
  /** Umbrellas, tables, chairs and benches too: the camera guards a road. */
  readonly stalls?: boolean
}

export interface RedactRequest {
  readonly knownFacesPx: readonly BoxPx[]
  readonly overlay: Overlay | null
  readonly masks?: readonly Polygon[]
  /** A photo that somebody took, and no frame of a camera. */
  readonly photo?: boolean
}

export interface Redacted {
  readonly jpeg: Buffer
  readonly widthPx: number
  readonly heightPx: number
  readonly faces: number
  readonly plates: number
  /** No plate model: some may be readable in the picture. */
  readonly platesUnknown: boolean
  /** No face model: the whole picture was made coarse. */
  readonly whole: boolean
}

/** Says, in a `model.crashed`, that nothing died: the detectors had no time. */
export const noThreadHasTime = 'no detector thread has time'

/** Both reject with a CodedError: `frame.*` for bad pictures, `model.crashed` for one that kills workers. */
export type Analyse = (jpeg: Uint8Array, request: AnalyseRequest) => Promise<Analysis>
export type Redact = (jpeg: Uint8Array, request: RedactRequest) => Promise<Redacted>

/** Follows the objects of one camera; holds its state in itself. */
export interface Tracker {
  /**
   * `ts`: capture time, epoch ms. Returns what is there now. `receivedAt`, epoch ms of our clock, tells a
   * camera clock that was set from a camera that was away; left out, nobody can tell.
   */
  update(
    analysis: Pick<Analysis, 'widthPx' | 'heightPx' | 'detections'> &
      Partial<Pick<Analysis, 'motion'>>,
    ts: number,
    settings: Pick<CameraSettings, 'zones' | 'lines'>,
    receivedAt?: number,
  ): Tracked
}

export interface Tracked {
  readonly objects: readonly TrackedObject[]
  /** Lines that an object passed with this frame, each passage once. */
  readonly crossings: readonly Crossing[]
}

/** One frame that has been looked at, as the hub hands it to doors and barriers. */
export interface FrameLook {
  readonly frame: CameraFrame
  /** Event time of the frame, epoch ms. */
  readonly ts: number
  /** Monotonic ms at which the frame came in: a door's answer is measured from here. */
  readonly at: number
  readonly analysis: Analysis
  readonly objects: readonly TrackedObject[]
  readonly settings: CameraSettings
}
