import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Value } from 'typebox/value'
import { Evidence } from '../../../contracts/anomaly.ts'
import { decodeJpeg } from '../../../detectors/decode.ts'
import { createFaceDetector } from '../../../detectors/face-detector.ts'
import { ClipBuffer } from '../../../gateway/cameras/clip-buffer.ts'
import { type ClipMakerDeps, createClipMaker } from '../../../gateway/cameras/clip-maker.ts'
import { planClip } from '../../../gateway/cameras/clip-plan.ts'
import { createEvidenceStore, type EvidenceStore } from '../../../gateway/cameras/evidence-store.ts'
import { JpegSplitter } from '../../../gateway/cameras/jpeg-splitter.ts'
import type { CameraFrame } from '../../../gateway/model/frame.ts'
import type { RaiseEffect } from '../../../gateway/model/effect.ts'
import type { EvidenceFact } from '../../../gateway/model/input.ts'
import type { Redact } from '../../../gateway/model/vision.ts'
import { createVisionPool } from '../../../gateway/vision/vision-pool.ts'
import { drawnJpeg, modelFile } from '../../detectors/support.ts'
import { needs, sharedDir } from '../../support/needs.ts'
import { realModels, silent } from '../vision/support.ts'
import { until } from './support.ts'

const frameAt = (receivedAt: number, jpeg: Buffer, camera = 'cam'): CameraFrame => ({
  community: 'demo',
  camera,
  capturedAt: null,
  receivedAt,
  jpeg,
})
const raise = (over: Partial<RaiseEffect> = {}): RaiseEffect => ({
  kind: 'raise',
  type: 'vehicle.fire-lane',
  key: 'lane',
  severity: 'major',
  community: 'demo',
  device: 'cam',
  place: null,
  subject: null,
  title: { zh: '', en: '' },
  description: { zh: '', en: '' },
  at: Date.now(),
  rule: { id: 'r', version: '1' },
  evidence: [],
  ...over,
})

describe('the last seconds of a camera', () => {
  const push = (buffer: ClipBuffer, camera: string, at: number, bytes: number) =>
    buffer.push('demo', camera, frameAt(at, Buffer.alloc(bytes), camera), at)

  test('are kept as long as asked, before the call and after it, and not longer', () => {
    const buffer = new ClipBuffer({ keepMs: 5_000 })
    for (let at = 0; at <= 10_000; at += 1_000) push(buffer, 'a', at, 100)
    const collection = buffer.collect('demo', 'a', 7_000, 12_000)
    for (let at = 11_000; at <= 14_000; at += 1_000) push(buffer, 'a', at, 100)
    expect(collection.stop().map(({ receivedAt }) => receivedAt / 1_000)).toEqual([
      7, 8, 9, 10, 11, 12,
    ])
    buffer.sweep(30_000)
    expect(buffer.stats()).toEqual({ cameras: 0, frames: 0, bytes: 0, squeezed: 0 })
  })

  test('have one bound in bytes for all cameras: who holds most gives, and it is counted', () => {
    const buffer = new ClipBuffer({ keepMs: 60_000, bytesMax: 10_000 })
    for (let at = 0; at < 5; at += 1) push(buffer, 'small', at, 100)
    for (let at = 0; at < 50; at += 1) push(buffer, 'large', at, 1_000)
    const stats = buffer.stats()
    expect(stats.bytes).toBeLessThanOrEqual(10_000)
    expect(stats.squeezed).toBe(41)
    expect(buffer.collect('demo', 'small', 0, 100).stop()).toHaveLength(5)
    // A clip in the making lies within the bound too.
    const collection = buffer.collect('demo', 'large', 0, 1_000)
    for (let at = 50; at < 100; at += 1) push(buffer, 'large', at, 1_000)
    expect(buffer.stats().bytes).toBeLessThanOrEqual(10_000)
    collection.stop()
    buffer.sweep(1_000_000)
    expect(buffer.stats().bytes).toBe(0)
  })
})

test('a plan keeps the time of its frames: a gap is a standing picture, too many frames are thinned out', () => {
  const jpeg = Buffer.alloc(1)
  const at = (ms: number) => ({ jpeg, ts: ms, receivedAt: ms })
  const plan = planClip([0, 200, 400, 2_400, 2_600].map(at), {
    framesMax: 100,
    framesPerSecondMax: 25,
  })
  expect(plan?.framesPerSecond).toBe(4)
  expect(plan?.shown).toEqual([0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3])
  const many = Array.from({ length: 900 }, (_, i) => at(i * 40))
  const thinned = planClip(many, { framesMax: 100, framesPerSecondMax: 25 })
  expect(thinned?.frames).toHaveLength(100)
  expect(thinned?.frames.at(-1)?.ts).toBe(899 * 40)
  expect(planClip([at(1)], { framesMax: 100, framesPerSecondMax: 25 })).toBeNull()
})

const doorVideo = join(sharedDir, 'media/videos/derived_door_A.mp4')

/** JPEGs out of a video, as a camera would send them. */
function jpegsOf(video: string, ...filter: string[]): Buffer[] {
  const pictures: Buffer[] = []
  const out = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-i', video, ...filter, '-f', 'image2pipe', '-c:v', 'mjpeg', '-q:v', '3', '-'],
    { maxBuffer: 256 * 1024 * 1024 },
  )
  new JpegSplitter(4 * 1024 * 1024, (jpeg) => pictures.push(jpeg)).write(out)
  return pictures
}

function probe(file: string): Record<string, string> {
  const entries = 'stream=codec_name,pix_fmt,width,height,nb_read_frames,duration'
  const wanted = ['-count_frames', '-select_streams', 'v', '-show_entries', entries]
  const out = execFileSync('ffprobe', ['-v', 'error', '-of', 'json', ...wanted, file])
  return (JSON.parse(out.toString()) as { streams: Record<string, string>[] }).streams[0] ?? {}
}

describe.runIf(needs('ffmpeg'))('clips', () => {
  let folder: string
  let evidence: EvidenceStore
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linli-clips-'))
    evidence = createEvidenceStore({ clock: Date.now, logger: silent }, { folder })
    await evidence.start()
  })
  afterAll(async () => {
    evidence.close()
    await rm(folder, { recursive: true, force: true })
  })
  const started = async (deps: Partial<ClipMakerDeps>, ffmpegPath = 'ffmpeg') => {
    const buffer = new ClipBuffer({ keepMs: 10_000 })
    const facts: EvidenceFact[] = []
    const work = join(folder, 'work')
    const maker = createClipMaker(
      {
        buffer,
        redact: async (jpeg) => ({
          jpeg: Buffer.from(jpeg),
          widthPx: 0,
          heightPx: 0,
          faces: 0,
          plates: 0,
          platesUnknown: false,
          whole: false,
        }),
        evidence,
        record: (fact) => facts.push(fact),
        cameraOf: (_community, device) => (device === 'door' ? 'cam' : device),
        masksOf: () => [],
        models: () => [],
        clock: Date.now,
        logger: silent,
        ...deps,
      },
      { beforeMs: 8_000, afterMs: 300, folder: work, atOnceMax: 2, ffmpegPath },
    )
    await maker.start()
    return { buffer, facts, maker, work }
  }
  const fill = async (buffer: ClipBuffer, camera = 'cam', count = 10) => {
    const now = Date.now()
    for (let i = 0; i < count; i += 1) {
      const jpeg = await drawnJpeg({ widthPx: 320, heightPx: 241, noise: 4, seed: i + 1 })
      const at = now - (count - i) * 200
      buffer.push('demo', camera, frameAt(at, jpeg, camera), at)
    }
  }

  test.runIf(needs('shared-media') && needs('shared-models'))(
    'show what was before and after, in its time, with every face destroyed in the pixels',
    async () => {
      const pool = createVisionPool(
        { models: await realModels(), clock: Date.now, random: Math.random, logger: silent },
        { workers: 1 },
      )
      await pool.start()
      const { buffer, facts, maker } = await started({ redact: pool.redact })
      const frames = jpegsOf(doorVideo, '-vf', 'fps=4,scale=640:-2')
      const now = Date.now()
      frames.forEach((jpeg, i) => {
        const at = now - (frames.length - 1 - i) * 250
        buffer.push('demo', 'cam', frameAt(at, jpeg), at)
      })
      maker.raised(raise({ at: now }))
      await until(() => facts.length > 0, 'the clip')
      await pool.close()
      const clip = facts[0]?.evidence[0]
      if (clip?.kind !== 'clip') throw new Error('no clip')
      expect(Value.Check(Evidence, clip)).toBe(true)
      expect(clip).toMatchObject({ device: 'cam', to: now, widthPx: 640, heightPx: 480 })
      expect(clip.frames).toBe(frames.length)
      const file = join(folder, 'seen.mp4')
      await writeFile(file, (await evidence.read(clip.sha256)) ?? '')
      const seen = probe(file)
      expect(seen).toMatchObject({ codec_name: 'h264', pix_fmt: 'yuv420p', width: 640 })
      expect(Math.abs(Number(seen['duration']) - (clip.to - clip.from) / 1_000)).toBeLessThan(0.3)
      expect(Number(seen['nb_read_frames'])).toBeGreaterThanOrEqual(frames.length)
      const detector = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
      const faces = async (jpegs: Buffer[]) => {
        const counts: number[] = []
        for (const jpeg of jpegs)
          counts.push((await detector.detect(await decodeJpeg(jpeg), { scoreMin: 0.6 })).length)
        return counts
      }
      expect(await faces(frames.slice(0, 4))).toEqual([1, 1, 1, 1])
      const shown = await faces(jpegsOf(file, '-vf', 'fps=2'))
      expect(shown.length).toBeGreaterThan(10)
      expect(shown.every((count) => count === 0)).toBe(true)
    },
  )

  test('one clip serves all anomalies of its moment; a door has that of its camera', async () => {
    const { buffer, facts, maker, work } = await started({})
    await fill(buffer)
    maker.raised(raise({ key: 'k1' }))
    maker.raised(raise({ key: 'k2', type: 'door.forced', device: 'door' }))
    // Nothing to be seen in these.
    maker.raised(raise({ key: 'k3', type: 'camera.covered' }))
    maker.raised(raise({ key: 'k4', type: 'water.leak' }))
    await until(() => facts.length === 2, 'the clip')
    expect(facts.map(({ key }) => key)).toEqual(['k1', 'k2'])
    expect(facts[0]?.evidence).toEqual(facts[1]?.evidence)
    await until(() => maker.stats().underWay === 0, 'the clip')
    expect(maker.stats()).toEqual({ underWay: 0, made: 1, refused: 0, failed: 0, empty: 0 })
    // Locked: it is still there when the api comes back after an hour.
    const clip = facts[0]?.evidence[0]
    expect(clip?.kind === 'clip' && (await evidence.lock(clip.sha256))).toBe(true)
    expect(await readdir(work)).toEqual([])
  })

  test('too many at once, an empty camera, a failing model and a missing ffmpeg are told apart and counted', async () => {
    const many = await started({})
    for (const camera of ['a', 'b', 'c']) await fill(many.buffer, camera, 3)
    for (const camera of ['a', 'b', 'c', 'void'])
      many.maker.raised(raise({ device: camera, key: camera }))
    await until(() => many.maker.stats().underWay === 0, 'the clip')
    expect(many.maker.stats()).toMatchObject({ made: 2, refused: 2 })
    many.maker.raised(raise({ device: 'void' }))
    await until(() => many.maker.stats().empty === 1, 'the clip')
    const crash: Redact = () => Promise.reject(new Error('worker gone'))
    const failing = await started({ redact: crash })
    await fill(failing.buffer)
    failing.maker.raised(raise())
    await until(() => failing.maker.stats().failed === 1, 'the clip')
    const missing = await started({}, '/nowhere/ffmpeg')
    await fill(missing.buffer)
    missing.maker.raised(raise())
    await until(() => missing.maker.stats().failed === 1, 'the clip')
    expect([failing.maker.problem(), missing.maker.problem(), many.maker.problem()]).toEqual([
      'ffmpeg.failed',
      'ffmpeg.missing',
      null,
    ])
    expect([failing.facts, missing.facts]).toEqual([[], []])
    expect(await readdir(failing.work)).toEqual([])
  })

  test('closing gives up what is under way and leaves no process and no file', async () => {
    let asked = 0
    const { buffer, facts, maker, work } = await started({
      redact: () => {
        asked += 1
        return new Promise(() => {})
      },
    })
    await fill(buffer)
    maker.raised(raise())
    await fill(buffer, 'other')
    maker.raised(raise({ device: 'other', at: Date.now() + 60_000 }))
    await until(() => asked > 0, 'an encoder at work')
    await maker.close()
    expect(maker.stats()).toMatchObject({ underWay: 0, made: 0, failed: 0 })
    expect([await readdir(work), facts]).toEqual([[], []])
  })
})
