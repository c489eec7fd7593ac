import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JpegSplitter } from '../../../gateway/cameras/jpeg-splitter.ts'
import { LookSchedule } from '../../../gateway/cameras/look-schedule.ts'
import type { MotionMemory } from '../../../gateway/model/vision.ts'
import { createTracker } from '../../../gateway/vision/tracker.ts'
import { createVisionPool, type VisionPool } from '../../../gateway/vision/vision-pool.ts'
import { needs, sharedDir } from '../../support/needs.ts'
import { realModels, silent } from './support.ts'

/** Seconds in which somebody is there, measured frame by frame at 2 fps (MEDIA.json). */
const truth = [
  [7, 19],
  [23.5, 44.5],
  [51, 69.5],
  [75, 86.5],
  [93.5, 119.5],
  [124, 136],
] as const
const frameMs = 500

function frames(): Buffer[] {
  const video = join(sharedDir, 'media/videos/one-by-one-person-detection.mp4')
  const asJpeg = ['-vf', 'fps=2', '-q:v', '3', '-f', 'image2pipe', '-c:v', 'mjpeg', '-']
  const stream = execFileSync('ffmpeg', ['-v', 'error', '-i', video, ...asJpeg], {
    maxBuffer: 256 * 1024 * 1024,
  })
  const found: Buffer[] = []
  const splitter = new JpegSplitter(1024 * 1024, (jpeg) => void found.push(jpeg))
  splitter.write(stream)
  return found
}

let pool: VisionPool
const may = needs('shared-media') && needs('shared-models') && needs('ffmpeg')
beforeAll(async () => {
  const models = may ? await realModels() : []
  const deps = { clock: Date.now, random: Math.random, logger: silent }
  pool = createVisionPool({ ...deps, models }, { workers: 1 })
  await pool.start()
})
afterAll(() => pool.close())

test.runIf(may)(
  'the person video: through gate and tracker, people are there in the seconds of the truth and in no others',
  async () => {
    const tracker = createTracker(1)
    const looks = new LookSchedule()
    let memory: MotionMemory | null = null
    const spans: [number, number][] = []
    for (const [i, jpeg] of frames().entries()) {
      const ts = i * frameMs
      const gate = { memory, force: looks.mustLook(ts) }
      const analysis = await pool.analyse(jpeg, { tasks: ['objects'], gate })
      memory = analysis.memory
      const { objects } = tracker.update(analysis, ts, { zones: [] })
      looks.looked(analysis, objects, ts)
      if (!objects.some((object) => object.label === 'person')) continue
      const last = spans.at(-1)
      if (last !== undefined && ts - last[1] <= frameMs) last[1] = ts
      else spans.push([ts, ts])
    }
    const seconds = spans.map(([from, to]) => [from / 1_000, to / 1_000])
    expect(seconds, JSON.stringify(seconds)).toHaveLength(truth.length)
    for (const [i, [from, to]] of truth.entries()) {
      const [begin, end] = seconds[i] as [number, number]
      // Told at the second sight; held for two seconds after the last.
      expect(Math.abs(begin - from), `begin of ${i}`).toBeLessThanOrEqual(1.5)
      expect(end - to, `end of ${i}`).toBeGreaterThanOrEqual(-0.5)
      expect(end - to, `end of ${i}`).toBeLessThanOrEqual(3)
    }
    expect(pool.stats().shut, 'the gate spared looks at the empty room').toBeGreaterThan(10)
  },
)
