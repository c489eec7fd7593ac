import type { ModelRef } from '../../contracts/detections.ts'
import { createFaceDetector, type FaceDetector } from '../../detectors/face-detector.ts'
import { createFaceEmbedder, type FaceEmbedder } from '../../detectors/face-embedder.ts'
import { createLiveness, type Liveness } from '../../detectors/liveness.ts'
import { createObjectDetector, type ObjectDetector } from '../../detectors/object-detector.ts'
import { createPicoDetector } from '../../detectors/picodet.ts'
import { createPlateDetector, type PlateDetector } from '../../detectors/plate-detector.ts'
import { createPlateReader, type PlateReader } from '../../detectors/plate-reader.ts'
import type { VisionTask } from '../model/vision.ts'
import type { ModelTask, WorkerModel } from './protocol.ts'

/** The sessions of one thread; null where a model that it needs is not there. */
export interface Eyes {
  readonly faces: FaceDetector | null
  readonly objects: ObjectDetector | null
  readonly embedder: FaceEmbedder | null
  readonly liveness: Liveness | null
  readonly plates: PlateDetector | null
  readonly reader: PlateReader | null
  readonly models: readonly (ModelRef & { readonly task: ModelTask })[]
}

interface Opened {
  readonly eyes: Eyes
  readonly failed: { readonly file: string; readonly reason: string }[]
}

/** Which weights a task of a camera rests on. */
const modelTasks: Readonly<Record<VisionTask, readonly ModelTask[]>> = {
  objects: ['objects'],
  faces: ['faces'],
  recognition: ['faces', 'face-embedding', 'liveness'],
  plates: ['plates', 'plate-text', 'plate-colour'],
}

/** The weights that looked when these tasks were done. */
export const modelsFor = (eyes: Eyes, tasks: readonly VisionTask[]): ModelRef[] => {
  const used = new Set(tasks.flatMap((task) => modelTasks[task]))
  return eyes.models
    .filter((model) => used.has(model.task))
    .map(({ name, sha256 }) => ({ name, sha256 }))
}

/**
 * Opens what is there; a model that the runtime refuses is named and left out. What needs two models
 * (liveness, both opinions on a plate) is opened only with both. Once `signal` is aborted, nothing more is opened.
 */
export async function openEyes(
  models: readonly WorkerModel[],
  signal: AbortSignal,
): Promise<Opened> {
  const opening = new Opening(signal)
  const first = (task: ModelTask) => models.find((model) => model.task === task)
  const of = (task: ModelTask, variant: string) =>
    models.find((model) => model.task === task && model.variant === variant)
  const faces = await opening.open([first('faces')], ([file]) => createFaceDetector(file.bytes))
  const objects = await opening.open([first('objects')], ([file]) =>
    file.variant === 'picodet' ? createPicoDetector(file.bytes) : createObjectDetector(file.bytes),
  )
  const embedder = await opening.open([first('face-embedding')], ([file]) =>
    createFaceEmbedder(file.bytes),
  )
  const liveness = await opening.open(
    [of('liveness', 'v2'), of('liveness', 'v1se')],
    ([v2, v1se]) => createLiveness({ v2: v2.bytes, v1se: v1se.bytes }),
  )
  const plates = await opening.open([first('plates')], ([file]) => createPlateDetector(file.bytes))
  const reader = await opening.open(
    [of('plate-text', 'main'), of('plate-text', 'second'), first('plate-colour')],
    ([main, second, colour]) =>
      createPlateReader({
        main: main.bytes,
        second: second.bytes,
        colour: colour.bytes,
        names: { main: main.file, second: second.file },
      }),
  )
  const eyes = { faces, objects, embedder, liveness, plates, reader, models: opening.loaded }
  return { eyes, failed: opening.failed }
}

type Present<T extends readonly unknown[]> = { [K in keyof T]: NonNullable<T[K]> }

class Opening {
  readonly #signal: AbortSignal
  readonly loaded: (ModelRef & { task: ModelTask })[] = []
  readonly failed: { file: string; reason: string }[] = []

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  async open<const T extends readonly (WorkerModel | undefined)[], V>(
    files: T,
    create: (files: Present<T>) => Promise<V>,
  ): Promise<V | null> {
    const there = files.flatMap((file) => file ?? [])
    if (there.length < files.length || this.#signal.aborted) return null
    try {
      const made = await create(files as Present<T>)
      for (const { file, sha256, task } of there) this.loaded.push({ name: file, sha256, task })
      return made
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      for (const { file } of there) this.failed.push({ file, reason })
      return null
    }
  }
}
