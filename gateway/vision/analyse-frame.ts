import type { Detection, ModelRef } from '../../contracts/detections.ts'
import { decodeJpeg } from '../../detectors/decode.ts'
import { createFaceDetector, type FaceDetector } from '../../detectors/face-detector.ts'
import type { DecodedImage } from '../../detectors/image.ts'
import { lumaSample } from '../../detectors/luma-sample.ts'
import {
  createObjectDetector,
  type ObjectDetector,
  objectInputPx,
} from '../../detectors/object-detector.ts'
import type { Analysis, VisionTask } from '../model/vision.ts'
import type { StageMs, WorkerModel } from './protocol.ts'

/** The sessions of one thread; null where the model is not there. */
export interface Eyes {
  readonly faces: FaceDetector | null
  readonly objects: ObjectDetector | null
  readonly models: readonly (ModelRef & { readonly task: VisionTask })[]
}

interface Opened {
  readonly eyes: Eyes
  readonly failed: { readonly file: string; readonly reason: string }[]
}

/** Faces need the width; objects alone are decoded straight to the size of the network's input. */
const facesLongSidePx = 640
/** Weak objects may continue a track, never begin one; see tracker.ts. */
const objectScoreMin = 0.2
/** What people, vehicles and two-wheelers are called by COCO. */
export const trackedLabels: ReadonlySet<string> = new Set([
  'person',
  'bicycle',
  'car',
  'motorcycle',
  'bus',
  'truck',
])

/** Opens a session per model; one that the runtime refuses is named and left out. */
export async function openEyes(models: readonly WorkerModel[]): Promise<Opened> {
  let faces: FaceDetector | null = null
  let objects: ObjectDetector | null = null
  const loaded: (ModelRef & { task: VisionTask })[] = []
  const failed: { file: string; reason: string }[] = []
  for (const { file, task, sha256, bytes } of models) {
    try {
      if (task === 'faces') faces = await createFaceDetector(bytes)
      else objects = await createObjectDetector(bytes)
      loaded.push({ name: file, sha256, task })
    } catch (error) {
      failed.push({ file, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { eyes: { faces, objects, models: loaded }, failed }
}

/** One decode for all tasks; then the models, one after the other. */
export async function analyseFrame(
  eyes: Eyes,
  jpeg: Uint8Array,
  tasks: readonly VisionTask[],
): Promise<{ value: Analysis; ms: StageMs }> {
  const startedAt = performance.now()
  const wantFaces = tasks.includes('faces') && eyes.faces !== null
  const image = await decodeJpeg(jpeg, wantFaces ? facesLongSidePx : objectInputPx)
  const decodedAt = performance.now()
  const detections: Detection[] = []
  if (tasks.includes('objects') && eyes.objects !== null)
    detections.push(
      ...(await eyes.objects.detect(image, { scoreMin: objectScoreMin, labels: trackedLabels })),
    )
  if (wantFaces && eyes.faces !== null) detections.push(...(await findFaces(eyes.faces, image)))
  const used = eyes.models.filter((model) => tasks.includes(model.task))
  return {
    value: {
      widthPx: image.originalWidthPx,
      heightPx: image.originalHeightPx,
      detections,
      models: used.map(({ name, sha256 }) => ({ name, sha256 })),
      sample: lumaSample(image),
      faces: [],
      plates: [],
      motion: null,
      memory: null,
      scene: null,
    },
    ms: { decodeMs: decodedAt - startedAt, inferMs: performance.now() - decodedAt },
  }
}

async function findFaces(detector: FaceDetector, image: DecodedImage): Promise<Detection[]> {
  const faces = await detector.detect(image, { scoreMin: 0.7, longSideMaxPx: facesLongSidePx })
  return faces.map((face) => ({ label: 'face', ...face }))
}
