import { afterEach, describe, expect, test } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import { spawnWorker } from '../../../gateway/model/worker.ts'
import {
  createVisionPool,
  type VisionPool,
  type VisionPoolOptions,
} from '../../../gateway/vision/vision-pool.ts'
import { drawnJpeg, mediaFile } from '../../detectors/support.ts'
import { needs } from '../../support/needs.ts'
import { noModels, realModels, silent } from './support.ts'

const pools: VisionPool[] = []
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

async function open(
  models: Awaited<ReturnType<typeof noModels>>,
  options: VisionPoolOptions,
  fragile = false,
): Promise<VisionPool> {
  const pool = createVisionPool(
    {
      models,
      clock: Date.now,
      random: Math.random,
      logger: silent,
      ...(fragile
        ? {
            spawn: (data) =>
              spawnWorker(import.meta.url, './fragile-worker.ts', { workerData: data }),
          }
        : {}),
    },
    options,
  )
  pools.push(pool)
  await pool.start()
  return pool
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
  )

const marked = (mark: number): Uint8Array => Uint8Array.from([0xff, 0xd8, 0xff, mark])

describe('without a model', () => {
  test('pictures are still decoded, nothing is detected, and the missing models are named', async () => {
    const pool = await open(await noModels(), { workers: 1 })
    const jpeg = await drawnJpeg({ widthPx: 320, heightPx: 200 })
    const analysis = await pool.analyse(jpeg, { tasks: ['objects', 'faces'] })
    expect(analysis).toMatchObject({ widthPx: 320, heightPx: 200, detections: [], models: [] })
    expect(new Set(pool.models().map((model) => model.state))).toEqual(new Set(['missing']))
    const redacted = await pool.redact(jpeg, { knownFacesPx: [], overlay: null })
    expect(redacted.whole).toBe(true)
    expect(Buffer.isBuffer(redacted.jpeg)).toBe(true)
  })

  test('a bad picture is an answer with its code, and the thread goes on', async () => {
    const pool = await open(await noModels(), { workers: 1 })
    const jpeg = await drawnJpeg({ widthPx: 320, heightPx: 200, noise: 3 })
    expect(await codeOf(pool.analyse(jpeg.subarray(0, jpeg.length / 2), { tasks: [] }))).toBe(
      'frame.damaged',
    )
    expect(await codeOf(pool.analyse(Buffer.from('<html>'), { tasks: [] }))).toBe('frame.not-jpeg')
    expect(await codeOf(pool.analyse(jpeg, { tasks: [] }))).toBe('no error')
    expect(pool.stats()).toMatchObject({ crashed: 0, analysed: 1 })
  })
})

describe('threads that die or hang', () => {
  test('the picture that kills a thread twice is dropped; all others are analysed, none is lost', async () => {
    const pool = await open(await noModels(), { workers: 2 }, true)
    const good = Array.from({ length: 12 }, () => pool.analyse(marked(0xe0), { tasks: [] }))
    const killer = codeOf(pool.analyse(marked(0xd1), { tasks: [] }))
    const more = Array.from({ length: 12 }, () => pool.analyse(marked(0xe0), { tasks: [] }))
    expect(await killer).toBe('model.crashed')
    await Promise.all([...good, ...more])
    expect(pool.stats()).toMatchObject({ crashed: 2, droppedByCrash: 1, analysed: 24, queued: 0 })
    expect(pool.crashedLately()).toBe(true)
  })

  test('a thread that dies while somebody is recognised: the next one does it, other doors lose nothing', async () => {
    const pool = await open(await noModels(), { workers: 2 }, true)
    const door = { tasks: ['recognition' as const], urgent: true }
    const arrays = { mean: new Float32Array(8), deviation: new Float32Array(8) }
    const memory = { widthPx: 4, heightPx: 2, frames: 9, ...arrays }
    const others = Array.from({ length: 8 }, () => pool.analyse(marked(0xe0), door))
    const hit = pool.analyse(marked(0xd2), { ...door, gate: { memory, force: false } })
    const late = Array.from({ length: 8 }, () => pool.analyse(marked(0xe0), door))
    await Promise.all([...others, hit, ...late])
    expect(pool.stats()).toMatchObject({ crashed: 1, droppedByCrash: 0, analysed: 17 })
    expect(memory.mean, 'it went over, and was lost with the thread').toHaveLength(0)
  })

  test('a thread that hangs is replaced after the time limit', async () => {
    const pool = await open(await noModels(), { workers: 1, jobTimeoutMs: 1_500 }, true)
    expect(await codeOf(pool.analyse(marked(0xa6), { tasks: [] }))).toBe('model.crashed')
    expect(await codeOf(pool.analyse(marked(0xe0), { tasks: [] }))).toBe('no error')
    expect(pool.stats().crashed).toBe(2)
  })

  test('the queue is bounded: more than it holds is refused at once and counted', async () => {
    const pool = await open(await noModels(), { workers: 1, queueMax: 3 }, true)
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => codeOf(pool.analyse(marked(0xe0), { tasks: [] }))),
    )
    expect(codes.filter((code) => code === 'model.crashed')).toHaveLength(5)
    expect(pool.stats().droppedByQueue).toBe(5)
  })

  test('a door goes before all that waits, also when the queue is full of others', async () => {
    const pool = await open(await noModels(), { workers: 1, queueMax: 6 }, true)
    const order: string[] = []
    const note = (name: string) => () => void order.push(name)
    const public_ = Array.from({ length: 8 }, (_, i) =>
      pool.analyse(marked(0xe0), { tasks: [] }).then(note(`public ${i}`)),
    )
    const door = pool.analyse(marked(0xe0), { tasks: [], urgent: true }).then(note('door'))
    await Promise.all([...public_, door])
    expect(order.indexOf('door'), order.join()).toBeLessThanOrEqual(2)
  })

  test('closing answers everybody who waits', async () => {
    const pool = await open(await noModels(), { workers: 1 }, true)
    const waiting = Array.from({ length: 5 }, () =>
      codeOf(pool.analyse(marked(0xe0), { tasks: [] })),
    )
    await pool.close()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['model.crashed']))
  })
})

describe.runIf(needs('shared-media') && needs('shared-models'))('with the real weights', () => {
  test('both tasks on one frame, with the sha256 of the weights that looked', async () => {
    const pool = await open(await realModels(), { workers: 2 })
    expect(pool.models().every((model) => model.state === 'loaded')).toBe(true)
    const jpeg = mediaFile('groups/obama_biden_two.jpg')
    const before = jpeg.length
    const [both, faces, none] = await Promise.all([
      pool.analyse(jpeg, { tasks: ['objects', 'faces'] }),
      pool.analyse(jpeg, { tasks: ['faces'] }),
      pool.analyse(jpeg, { tasks: [] }),
    ])
    expect(both.detections.filter((found) => found.label === 'face')).toHaveLength(2)
    expect(both.detections.some((found) => found.label === 'person')).toBe(true)
    expect(both.models.map((model) => model.sha256)).toHaveLength(2)
    expect(faces.detections.every((found) => found.label === 'face')).toBe(true)
    expect(faces.models.map((model) => model.name)).toEqual(['face_det_yunet_n_dynamic.onnx'])
    expect(none).toMatchObject({ detections: [], models: [] })
    expect(jpeg.length, 'the caller keeps its picture').toBe(before)
  })

  test('many pictures at once give the same answer as one: inputs of one are never those of another', async () => {
    const pool = await open(await realModels(), { workers: 2 })
    const files = [
      'groups/compreface_016_8.jpg',
      'faces/obama_1.jpg',
      'negatives/ski_coins.jpg',
      'vehicles/coco_000000000471.jpg',
    ]
    const jpegs = files.map(mediaFile)
    const alone = []
    for (const jpeg of jpegs)
      alone.push((await pool.analyse(jpeg, { tasks: ['objects', 'faces'] })).detections)
    const crowd = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        pool.analyse(jpegs[i % 4] as Buffer, { tasks: ['objects', 'faces'] }),
      ),
    )
    for (const [i, analysis] of crowd.entries()) expect(analysis.detections).toEqual(alone[i % 4])
  })
})
