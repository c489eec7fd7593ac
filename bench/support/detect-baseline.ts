import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { spawnWorker } from '../../gateway/model/worker.ts'
import { answerParent, childSettings } from './child.ts'
import type { LoopData, LoopOrder } from './detect-loop.ts'

/** The baseline in a process of its own: as many threads as the gateway has, nothing around them. */
export interface BaselineSettings {
  readonly folder: string
  readonly pictures: number
  readonly workers: number
  readonly facesModel: string
  readonly objectsModel: string
}

const settings = childSettings<BaselineSettings>()
const pictures: Uint8Array[] = []
for (let i = 0; i < settings.pictures; i += 1)
  pictures.push(new Uint8Array(await readFile(join(settings.folder, `${i}.jpg`))))
const data: LoopData = {
  pictures,
  faces: await readFile(settings.facesModel),
  objects: await readFile(settings.objectsModel),
}
const workers: Worker[] = []
for (let i = 0; i < settings.workers; i += 1) {
  const worker = spawnWorker(import.meta.url, './detect-loop.ts', { workerData: data })
  await once(worker, 'message')
  workers.push(worker)
}

/** Frames a second of all threads together. */
answerParent(async (order: LoopOrder) => {
  const started = performance.now()
  const counts = await Promise.all(
    workers.map(async (worker) => {
      worker.postMessage(order)
      const [frames] = (await once(worker, 'message')) as [number]
      return frames
    }),
  )
  const seconds = (performance.now() - started) / 1_000
  return counts.reduce((sum, frames) => sum + frames, 0) / seconds
})
process.send?.('ready')
