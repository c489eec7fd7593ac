import type { Detection } from '../../contracts/detections.ts'
import { decodeJpeg } from '../../detectors/decode.ts'
import { greyOf } from '../../detectors/glance.ts'
import type { DecodedImage } from '../../detectors/image.ts'
import { lumaSample } from '../../detectors/luma-sample.ts'
import { applyMasks } from '../../detectors/mask.ts'
import { objectInputPx } from '../../detectors/object-detector.ts'
import { sceneStats } from '../../detectors/scene-stats.ts'
import { stallGear } from '../model/stall-gear.ts'
import type { AnalyseRequest, Analysis, VisionTask } from '../model/vision.ts'
import { type Eyes, modelsFor } from './eyes.ts'
import { facesLongSidePx, lookAtFaces } from './look-at-faces.ts'
import { lookAtPlates } from './look-at-plates.ts'
import { type Gate, type Glimpse, lookAtGate } from './motion-gate.ts'
import type { StageMs } from './protocol.ts'

/**
 * Aligned faces and rectified plates need all there is. Measured on 1080p: 9 ms whole, 10 ms shrunk to
 * 1280, which libjpeg cannot do while it decodes; 6 ms to 640.
 */
const detailLongSidePx = 1920
/** Weak objects may continue a track, never begin one; see tracker.ts. */
const objectScoreMin = 0.2
/** What people, vehicles and two-wheelers are called by COCO. */
const trackedLabels = ['person', 'bicycle', 'car', 'motorcycle', 'bus', 'truck']
const labelsAlways: ReadonlySet<string> = new Set(trackedLabels)
const labelsOfRoad: ReadonlySet<string> = new Set([...trackedLabels, ...stallGear])

export interface Analysed {
  readonly value: Analysis
  readonly ms: StageMs
}

/** The gate where one is asked for, then one decode for all tasks, then the models in turn. */
export async function analyseFrame(
  eyes: Eyes,
  jpeg: Uint8Array,
  { tasks, masks, gate, stalls }: AnalyseRequest,
): Promise<Analysed> {
  const startedAt = performance.now()
  const opened = gate == null ? null : await lookAtGate(jpeg, gate.memory, masks)
  const seen = opened?.seen ?? null
  const gateMs = performance.now() - startedAt
  const able = modelsFor(eyes, tasks).length > 0
  if (seen !== null && gate?.force !== true && seen.motion?.moved !== true && able)
    return { value: shutGate(seen), ms: { gateMs, decodeMs: 0, inferMs: 0 } }
  // Without weights a glance has shown all that there is to know.
  if (seen !== null && !able)
    return { value: nothingFound(seen), ms: { gateMs, decodeMs: 0, inferMs: 0 } }
  return fullLook(eyes, jpeg, {
    tasks,
    masks: masks ?? [],
    labels: stalls === true ? labelsOfRoad : labelsAlways,
    opened,
    gateMs,
  })
}

interface FullLook {
  readonly tasks: readonly VisionTask[]
  readonly masks: NonNullable<AnalyseRequest['masks']>
  readonly labels: ReadonlySet<string>
  readonly opened: Gate | null
  readonly gateMs: number
}

async function fullLook(
  eyes: Eyes,
  jpeg: Uint8Array,
  { tasks, masks, labels, opened, gateMs }: FullLook,
): Promise<Analysed> {
  const startedAt = performance.now()
  const image = await decodeJpeg(jpeg, longSideFor(eyes, tasks))
  applyMasks(image, masks)
  const decodedAt = performance.now()
  const recognise = tasks.includes('recognition')
  const objects = tasks.includes('objects') ? await findObjects(eyes, image, labels) : []
  const wantFaces = recognise || tasks.includes('faces')
  const { detections: faceBoxes, faces } = wantFaces
    ? await lookAtFaces(eyes, image, recognise)
    : { detections: [], faces: [] }
  const { detections: plateBoxes, plates } = tasks.includes('plates')
    ? await lookAtPlates(eyes, image)
    : { detections: [], plates: [] }
  const detections = [...objects, ...faceBoxes, ...plateBoxes]
  if (detections.length === 0) opened?.learnNothing()
  return {
    value: {
      ...(opened?.seen ?? withoutGate(image)),
      detections,
      faces,
      plates,
      models: modelsFor(eyes, tasks),
    },
    ms: { gateMs, decodeMs: decodedAt - startedAt, inferMs: performance.now() - decodedAt },
  }
}

function longSideFor(eyes: Eyes, tasks: readonly VisionTask[]): number {
  const recognises = tasks.includes('recognition') && eyes.faces !== null
  if (recognises || (tasks.includes('plates') && eyes.plates !== null)) return detailLongSidePx
  return tasks.includes('faces') && eyes.faces !== null ? facesLongSidePx : objectInputPx
}

async function findObjects(
  eyes: Eyes,
  image: DecodedImage,
  labels: ReadonlySet<string>,
): Promise<Detection[]> {
  if (eyes.objects === null) return []
  return eyes.objects.detect(image, { scoreMin: objectScoreMin, labels })
}

const withoutGate = (image: DecodedImage): Glimpse => ({
  widthPx: image.originalWidthPx,
  heightPx: image.originalHeightPx,
  sample: lumaSample(image),
  motion: null,
  memory: null,
  scene: sceneStats(greyOf(image)),
})

const nothingFound = (seen: Glimpse): Analysis => ({
  ...seen,
  detections: [],
  faces: [],
  plates: [],
  models: [],
})

const shutGate = (seen: Glimpse): Analysis => ({
  ...nothingFound(seen),
  motion: seen.motion === null ? null : { ...seen.motion, shut: true },
})
