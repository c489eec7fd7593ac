import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CameraSettings } from '../../../contracts/roster.ts'
import type { Quarantined } from '../../../contracts/health.ts'
import { decodeJpeg } from '../../../detectors/decode.ts'
import { createFaceDetector } from '../../../detectors/face-detector.ts'
import { type CameraHub, createCameraHub } from '../../../gateway/cameras/camera-hub.ts'
import { createEvidenceStore, type EvidenceStore } from '../../../gateway/cameras/evidence-store.ts'
import type { Fact, SightingFact } from '../../../gateway/model/input.ts'
import { createTracker } from '../../../gateway/vision/tracker.ts'
import { createVisionPool, type VisionPool } from '../../../gateway/vision/vision-pool.ts'
import { drawnJpeg, hugePng, mediaFile, modelFile } from '../../detectors/support.ts'
import { needs } from '../../support/needs.ts'
import { realModels, silent } from '../vision/support.ts'
import { cameraDevice, laneZone, rosterOf, until } from './support.ts'

const wholePicture: CameraSettings['zones'] = [
  {
    ...laneZone,
    polygon: [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ],
  },
]

/** The hub on the real pool with the real weights: what a camera's JPEG becomes. */
describe.runIf(needs('shared-media') && needs('shared-models'))(
  'real pictures through hub and threads',
  () => {
    let folder: string
    let pool: VisionPool
    let evidence: EvidenceStore
    let hub: CameraHub
    const facts: Fact[] = []
    const bad: Quarantined[] = []
    const sightings = () => facts.filter((fact): fact is SightingFact => fact.kind === 'sighting')
    const offer = (camera: string, jpeg: Buffer): void =>
      hub.offer({ community: 'demo', camera, capturedAt: null, receivedAt: Date.now(), jpeg })

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'linli-hub-'))
      pool = createVisionPool(
        { models: await realModels(), clock: Date.now, random: Math.random, logger: silent },
        { workers: 2 },
      )
      await pool.start()
      evidence = createEvidenceStore({ clock: Date.now, logger: silent }, { folder })
      await evidence.start()
      hub = createCameraHub(
        {
          roster: rosterOf(
            cameraDevice('lane', { zones: wholePicture }),
            cameraDevice('yard'),
            cameraDevice('bad'),
          ),
          analyse: pool.analyse,
          redact: pool.redact,
          createTracker: () => createTracker(Date.now()),
          record: (fact) => void facts.push(fact),
          evidence,
          onQuarantine: (item) => void bad.push(item),
          clock: Date.now,
          logger: silent,
        },
        { concurrency: pool.capacity, sightingEveryMs: 50 },
      )
    })
    afterAll(async () => {
      await hub.close()
      await pool.close()
      evidence.close()
      await rm(folder, { recursive: true, force: true })
    })

    test('a bus in the fire lane becomes a sighting with a picture on disk, in full resolution', async () => {
      const jpeg = mediaFile('vehicles/coco_000000000471.jpg')
      const kept = () => sightings().find((fact) => fact.evidenceSha256 !== null)
      for (let i = 0; i < 40 && kept() === undefined; i += 1) {
        offer('lane', jpeg)
        await new Promise((done) => setTimeout(done, 60))
      }
      await until(() => kept() !== undefined, 'a sighting with evidence')
      const fact = kept()
      expect(fact?.objects.find((object) => object.label === 'bus')?.zones).toEqual(['lane'])
      expect(fact?.models[0]?.sha256).toMatch(/^[0-9a-f]{64}$/)
      const picture = (await evidence.read(fact?.evidenceSha256 ?? '')) as Buffer
      expect(await sharp(picture).metadata()).toMatchObject({
        format: 'jpeg',
        width: 640,
        height: 427,
      })
    })

    test("the live picture shows nobody's face, with and without boxes", async () => {
      offer('yard', mediaFile('groups/compreface_016_8.jpg'))
      await until(() => hub.detections('demo', 'yard') !== null, 'a picture')
      const detector = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
      for (const boxes of [false, true]) {
        const picture = await hub.snapshot('demo', 'yard', { boxes })
        const image = await decodeJpeg(picture as Buffer)
        expect(await detector.detect(image, { scoreMin: 0.7, longSideMaxPx: 1280 })).toEqual([])
      }
      await detector.dispose()
    })

    test('bad input is a code and a counter, and memory stays: PNG of 50,000 x 50,000, cut JPEG, false header', async () => {
      const before = process.memoryUsage().rss
      const jpeg = await drawnJpeg({ widthPx: 1280, heightPx: 720, noise: 3 })
      offer('bad', hugePng(50_000))
      offer('bad', jpeg.subarray(0, jpeg.length - 3_000))
      await until(() => bad.length === 2, 'two refusals')
      expect(hub.stats().bad).toEqual({ 'frame.not-jpeg': 1, 'frame.damaged': 1 })
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
      offer('yard', mediaFile('groups/obama_biden_two.jpg'))
      await until(
        () => hub.detections('demo', 'yard')?.widthPx !== 800,
        'the next picture of another camera',
      )
      expect(pool.stats().crashed).toBe(0)
    })
  },
)
