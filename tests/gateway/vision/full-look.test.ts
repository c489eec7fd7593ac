import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import sharp from 'sharp'
import { similarity } from '../../../detectors/face-embedder.ts'
import type { Analysis, MotionMemory } from '../../../gateway/model/vision.ts'
import { createVisionPool, type VisionPool } from '../../../gateway/vision/vision-pool.ts'
import { mediaFile } from '../../detectors/support.ts'
import { needs } from '../../support/needs.ts'
import { realModels, silent } from './support.ts'

const names = (analysis: Analysis) => analysis.models.map((model) => model.name.slice(0, 9)).sort()

describe.runIf(needs('shared-media') && needs('shared-models'))('one look with all weights', () => {
  let pool: VisionPool
  beforeAll(async () => {
    const deps = { clock: Date.now, random: Math.random, logger: silent }
    pool = createVisionPool({ ...deps, models: await realModels() }, { workers: 2 })
    await pool.start()
  })
  afterAll(() => pool.close())

  test('recognition: the same person twice is alike, another is not; a live face lives', async () => {
    const [one, two, other] = await Promise.all(
      ['faces/obama_1.jpg', 'faces/obama_2.jpg', 'faces/biden_1.jpg'].map((file) =>
        pool.analyse(mediaFile(file), { tasks: ['recognition'] }),
      ),
    )
    const vector = (analysis: Analysis | undefined): Float32Array => {
      expect(analysis?.faces).toHaveLength(1)
      expect(analysis?.faces[0]?.quality.faults).toEqual([])
      return analysis?.faces[0]?.embedding as Float32Array
    }
    expect(vector(one)).toHaveLength(128)
    expect(similarity(vector(one), vector(one))).toBeCloseTo(1, 5)
    expect(similarity(vector(one), vector(two))).toBeGreaterThan(0.4)
    expect(similarity(vector(one), vector(other))).toBeLessThan(0.28)
    expect(one?.faces[0]?.livenessScore).toBeGreaterThan(0.5)
    expect(names(one as Analysis)).toEqual(['face_det_', 'face_live', 'face_live', 'face_rec_'])
  })

  test('of a group the four largest faces are looked at closely, the others only found', async () => {
    const group = await pool.analyse(mediaFile('groups/compreface_016_8.jpg'), {
      tasks: ['recognition', 'objects'],
    })
    const found = group.detections.filter((detection) => detection.label === 'face')
    expect(found).toHaveLength(8)
    expect(group.faces).toHaveLength(4)
    const area = (box: readonly number[]) => (box[2] as number) * (box[3] as number)
    const smallest = Math.min(...group.faces.map((face) => area(face.detection.boxPx)))
    expect(found.filter((face) => area(face.boxPx) >= smallest)).toHaveLength(4)
    for (const { quality, embedding } of group.faces)
      expect(embedding === null, quality.faults.join()).toBe(quality.faults.length > 0)
    expect(group.detections.some((detection) => detection.label === 'person')).toBe(true)
  })

  test('the pictures of a spoof score low, the live one high', async () => {
    const [live, print, replay] = await Promise.all(
      ['T1', 'F1', 'F2'].map(async (name) => {
        const { faces } = await pool.analyse(mediaFile(`spoof/image_${name}.jpg`), {
          tasks: ['recognition'],
        })
        return faces[0]?.livenessScore ?? null
      }),
    )
    expect(live).toBeGreaterThan(0.9)
    for (const score of [print, replay]) expect(score ?? 0).toBeLessThan(0.3)
  })

  test('plates are found and read, with the weights of both opinions', async () => {
    const analysis = await pool.analyse(mediaFile('plates/ccpd_demo_1.jpg'), { tasks: ['plates'] })
    expect(analysis.plates.map(({ text, colour }) => [text, colour])).toEqual([
      ['皖AUJ299', 'blue'],
    ])
    expect(analysis.detections).toMatchObject([{ label: 'plate', text: '皖AUJ299' }])
    expect(analysis.plates[0]?.reads).toHaveLength(2)
    expect(names(analysis)).toEqual(['plate_col', 'plate_det', 'plate_rec', 'plate_rec'])
  })

  test('control C12: nothing under a mask is found, not even by the models, and none of it is in the sample', async () => {
    const jpeg = mediaFile('groups/obama_biden_two.jpg')
    const open = await pool.analyse(jpeg, { tasks: ['faces', 'recognition'] })
    const half: [number, number][] = [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ]
    const masked = await pool.analyse(jpeg, { tasks: ['faces', 'recognition'], masks: [half] })
    expect(open.faces).toHaveLength(2)
    expect(masked.faces).toHaveLength(1)
    const middle = (masked.faces[0]?.detection.boxPx[0] ?? 0) / masked.widthPx
    expect(middle).toBeGreaterThan(0.4)
    const left = Array.from({ length: 48 }, (_, y) => [
      ...masked.sample.subarray(y * 48, y * 48 + 23),
    ])
    expect(new Set(left.flat()).size).toBe(1)
    const gate = { memory: null, force: true }
    const gated = await pool.analyse(jpeg, { tasks: ['faces'], masks: [half], gate })
    expect(gated.detections).toHaveLength(1)
    const leftOfGlance = Array.from({ length: 48 }, (_, y) => gated.sample[y * 48 + 5])
    expect(new Set(leftOfGlance).size).toBe(1)
  })

  test('the gate: two looks, then none while nothing moves, one for what moves, one when it must', async () => {
    const scene = await sharp(mediaFile('vehicles/coco_000000000471.jpg'))
      .resize(1280, 720, { fit: 'fill' })
      .toBuffer()
    const walker = await sharp(scene)
      .composite([{ input: await sharp(scene).resize(80, 200).toBuffer(), left: 60, top: 480 }])
      .jpeg({ quality: 90 })
      .toBuffer()
    let memory: MotionMemory | null = null
    const see = async (jpeg: Buffer, force = false): Promise<Analysis> => {
      const before: MotionMemory | null = memory
      const request = { tasks: ['objects' as const], gate: { memory: before, force } }
      const analysis = await pool.analyse(jpeg, request)
      if (before !== null) expect(before.mean.length, 'handed over, not copied').toBe(0)
      memory = analysis.memory
      return analysis
    }
    const jpeg = await sharp(scene).jpeg({ quality: 90 }).toBuffer()
    const first = [await see(jpeg), await see(jpeg)]
    for (const look of first) expect(look.detections.some((it) => it.label === 'bus')).toBe(true)
    const shut = await see(jpeg)
    expect(shut).toMatchObject({ detections: [], models: [], motion: { moved: false, shut: true } })
    expect([shut.widthPx, shut.heightPx]).toEqual([1280, 720])
    expect(shut.scene?.contrast).toBeGreaterThan(20)
    expect(shut.scene?.edges).toHaveLength(32 * 18)
    expect((await see(walker)).motion).toMatchObject({ moved: true, lighting: false })
    expect((await see(jpeg)).motion).toMatchObject({ shut: true })
    const forced = await see(jpeg, true)
    expect(forced.motion).toMatchObject({ moved: false })
    expect(forced.models).toHaveLength(1)
    expect(pool.stats().shut).toBe(2)
  })

  test('a picture for people shows neither faces nor plates, nor what lies under a mask', async () => {
    const jpeg = mediaFile('plates/ccpd_demo_1.jpg')
    const redacted = await pool.redact(jpeg, { knownFacesPx: [], overlay: null })
    expect(redacted).toMatchObject({ plates: 1, whole: false })
    const again = await pool.analyse(redacted.jpeg, { tasks: ['plates'] })
    expect(again.plates.map((plate) => plate.text)).not.toContain('皖AUJ299')
  })
})
