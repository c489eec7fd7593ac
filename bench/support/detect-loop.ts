import { parentPort, workerData } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { packBgr } from '../../detectors/letterbox.ts'

/** What one thread of the baseline does: decode and run, or run alone, as fast as it can. */
export interface LoopData {
  readonly pictures: readonly Uint8Array[]
  readonly faces: Uint8Array
  readonly objects: Uint8Array
}

export interface LoopOrder {
  readonly seconds: number
  /** `sequential`: one picture after the other; `overlapped`: the next is decoded meanwhile; `models`: no decode. */
  readonly kind: 'sequential' | 'overlapped' | 'models'
}

const { pictures, faces, objects } = workerData as LoopData
sharp.cache(false)
sharp.concurrency(1)
const options = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
} as const
const faceSession = await InferenceSession.create(faces, options)
const objectSession = await InferenceSession.create(objects, options)
const facePixels = new Float32Array(3 * 384 * 640)
const objectPixels = new Float32Array(3 * 416 * 416)
const faceFeeds = { input: new Tensor('float32', facePixels, [1, 3, 384, 640]) }
const objectFeeds = { images: new Tensor('float32', objectPixels, [1, 3, 416, 416]) }

const decode = (index: number): Promise<Buffer> =>
  sharp(pictures[index % pictures.length])
    .resize(640, 360, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer()

async function run(pixels: Buffer | null): Promise<void> {
  if (pixels !== null) {
    const image = { data: pixels, widthPx: 640, heightPx: 360 }
    packBgr(image, { widthPx: 640, heightPx: 360, scale: 1 }, facePixels, 640, 384, 0)
    packBgr(image, { widthPx: 416, heightPx: 234, scale: 0.65 }, objectPixels, 416, 416, 114)
  }
  await objectSession.run(objectFeeds)
  await faceSession.run(faceFeeds)
}

async function loop({ seconds, kind }: LoopOrder): Promise<number> {
  const until = performance.now() + seconds * 1_000
  let frames = 0
  let next = kind === 'overlapped' ? decode(0) : null
  while (performance.now() < until) {
    if (kind === 'models') await run(null)
    else if (next === null) await run(await decode(frames))
    else {
      const pixels = await next
      next = decode(frames + 1)
      await run(pixels)
    }
    frames += 1
  }
  await next
  return frames
}

parentPort?.on('message', (order: LoopOrder) => {
  loop(order).then(
    (frames) => parentPort?.postMessage(frames),
    (error: unknown) => {
      throw error
    },
  )
})
parentPort?.postMessage('ready')
