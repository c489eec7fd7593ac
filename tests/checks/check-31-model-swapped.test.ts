import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { resolveDefaultModels, shippedModels } from '../../config/models.ts'
import { createVisionPool, type VisionPool } from '../../gateway/vision/vision-pool.ts'
import { problemsOf } from '../../gateway/wiring/problems.ts'
import { mediaFile } from '../detectors/support.ts'
import { silent } from '../gateway/vision/support.ts'
import { needs, sharedDir } from '../support/needs.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const weights = [
  'face_det_yunet_n_dynamic.onnx',
  'face_rec_mobilefacenet_128.onnx',
  'object_det_yolox_nano_416.onnx',
]

/** A folder with these weights, and the pool that the gateway would run with it. */
async function poolOn(change: (folder: string) => Promise<void>): Promise<VisionPool> {
  const folder = await mkdtemp(join(tmpdir(), 'linli-models-'))
  for (const file of weights) await copyFile(join(sharedDir, 'models', file), join(folder, file))
  await change(folder)
  const models = await resolveDefaultModels(shippedModels(), [folder])
  const pool = createVisionPool(
    { models, clock: Date.now, random: Math.random, logger: silent },
    { workers: 1 },
  )
  closers.push(
    () => pool.close(),
    () => rm(folder, { recursive: true, force: true }),
  )
  await pool.start()
  return pool
}

const stateOf = (pool: VisionPool, file: string): string | undefined =>
  pool.models().find(({ name }) => name === file)?.state
const portrait = (): Buffer => mediaFile('faces/compreface_003_A.jpg')
const named = (pool: VisionPool) =>
  problemsOf({
    models: pool.models(),
    detectorCrashedLately: false,
    broker: {
      kind: 'embedded',
      connected: true,
      clients: 0,
      dropped: {},
      problems: [],
      refusedTopics: [],
      messagesIn: 0,
      framesIn: 0,
    },
    sources: [],
    clips: null,
    sender: null,
    unusableFaces: 0,
    seriesError: null,
    poisoned: 0,
    rules: [],
    commitsRefused: null,
  }).find(({ code }) => code === 'model.refused')

describe.runIf(needs('shared-models') && needs('shared-media'))(
  'check 31: a model file that is not what it was',
  () => {
    test('swapped for another true model: refused and named, the other abilities live, no face is recognised', async () => {
      const pool = await poolOn((folder) =>
        copyFile(join(folder, weights[0] ?? ''), join(folder, weights[1] ?? '')),
      )
      expect(stateOf(pool, weights[1] ?? '')).toBe('refused')
      expect(stateOf(pool, weights[0] ?? '')).toBe('loaded')
      expect(named(pool)?.what.zh).toContain(weights[1])
      const { faces, models } = await pool.analyse(portrait(), { tasks: ['recognition'] })
      expect(faces).toHaveLength(1)
      expect(faces[0]?.embedding).toBeNull()
      expect(models.map(({ name }) => name)).not.toContain(weights[1])
    }, 30_000)

    test('one byte changed: refused, and it stays refused though it would load', async () => {
      const pool = await poolOn(async (folder) => {
        const file = join(folder, weights[1] ?? '')
        const bytes = await readFile(file)
        bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1
        await writeFile(file, bytes)
      })
      expect(stateOf(pool, weights[1] ?? '')).toBe('refused')
      expect(stateOf(pool, weights[2] ?? '')).toBe('loaded')
    }, 30_000)

    test('swapped on disk while it runs: what was checked at the start goes on being used', async () => {
      let folder = ''
      const pool = await poolOn(async (at) => {
        folder = at
      })
      await writeFile(join(folder, weights[1] ?? ''), 'something else')
      const { faces } = await pool.analyse(portrait(), { tasks: ['recognition'] })
      expect(faces[0]?.embedding).toHaveLength(128)
    }, 30_000)
  },
)
