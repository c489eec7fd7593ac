import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { decodeJpeg } from '../../detectors/decode.ts'
import { createFaceDetector, type FaceDetector } from '../../detectors/face-detector.ts'
import { modelFile } from '../detectors/support.ts'
import { needs } from '../support/needs.ts'
import { fromVideo, manWithFace, photo } from './cut-outs.ts'
import { createRig, type Rig } from './rig.ts'
import { createStage, hall, hold, once, type Stage, standing, type Thing, zone } from './scenes.ts'

vi.setConfig({ testTimeout: 120_000 })
const may = needs('shared-media') && needs('shared-models') && needs('ffmpeg')
/** Everything that people can do wrong, everywhere in the picture. */
const strict = [zone('intrusion'), zone('loitering'), zone('crowd')]
/** One second of the video for each of its six people. */
const seconds = [14, 32, 60, 80, 104, 130]
const footPx = 345

describe.runIf(may)('people in a drawn hall, through pixels', () => {
  let rig: Rig
  let stage: Stage
  let empty: readonly Buffer[]
  let people: readonly Buffer[]
  let faces: FaceDetector

  beforeAll(async () => {
    rig = await createRig()
    stage = await createStage(hall)
    empty = await stage.still([])
    people = await Promise.all(seconds.map((second) => fromVideo(second, 210)))
    faces = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
  })
  afterAll(async () => {
    await faces.dispose()
    await rig.close()
  })
  const person = (n: number): Buffer => people[n % people.length] as Buffer
  const facesIn = async (jpeg: Buffer): Promise<number> =>
    (await faces.detect(await decodeJpeg(jpeg), { scoreMin: 0.7, longSideMaxPx: 1280 })).length
  const walk = (png: Buffer, from: number, to: number, steps: number): Promise<Buffer[]> =>
    Promise.all(
      Array.from({ length: steps }, async (_, i) =>
        stage.frame([await standing(png, from + ((to - from) * i) / (steps - 1), footPx)]),
      ),
    )

  test('intrusion: reported within three seconds of the first step, with a picture that shows no face', async () => {
    const man = await manWithFace(280)
    const steps = await walk(man, -60, 400, 8)
    expect(await facesIn(steps[5] as Buffer)).toBe(1)
    const film = [...hold(empty, 0, 10, 1), ...once(steps, 10, 1), ...hold(empty, 18, 150, 5)]
    const played = await rig.play({ zones: [zone('intrusion')] }, film)
    const [raise] = played.raised
    expect(played.raised.map((it) => it.type)).toEqual(['person.intrusion'])
    expect(played.decidedAtS).toBeLessThanOrEqual(13)
    const pictures = (raise?.evidence ?? []).flatMap((it) =>
      it.kind === 'frame' ? [it.sha256, it.boxesSha256 ?? ''] : [],
    )
    expect(pictures).toHaveLength(2)
    for (const sha256 of pictures) {
      const jpeg = await rig.evidence.read(sha256)
      expect(jpeg).not.toBeNull()
      expect(await facesIn(jpeg ?? Buffer.alloc(0))).toBe(0)
    }
    expect(played.effects.at(-1)?.kind).toBe('clear')
  })

  test('loitering: one who walks up and down is reported after three minutes, at a frame every four seconds', async () => {
    const there = await walk(person(0), 60, 480, 8)
    const around = [...there, ...there.toReversed()]
    const film = [...hold(empty, 0, 4, 1), ...hold(around, 4, 204, 4)]
    const played = await rig.play({ zones: [zone('loitering')], evidenceEveryMs: 30_000 }, film)
    expect(played.raised.map((it) => it.type)).toEqual(['person.loitering'])
    expect(played.decidedAtS).toBeGreaterThan(180)
    expect(played.decidedAtS).toBeLessThan(195)
    expect(played.raised[0]?.evidence.some((it) => it.kind === 'frame')).toBe(true)
  })

  test('silent: one after the other walks through a loitering zone, without a pause, for four minutes', async () => {
    const passes = await Promise.all(people.map((png) => walk(png, -40, 560, 7)))
    const film = Array.from({ length: 18 }, (_, n) =>
      once(passes[n % passes.length] as Buffer[], 4 + n * 14, 2),
    ).flat()
    const played = await rig.play({ zones: [zone('loitering')], evidenceEveryMs: 60_000 }, film)
    expect(played.sightings.length).toBeGreaterThan(80)
    expect(played.brief).toEqual([])
  })

  const group = async (count: number, jitter = 0): Promise<Thing[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const row = n % 2
        return standing(
          await sharp(person(n))
            .resize({ height: 130 + row * 25 })
            .png()
            .toBuffer(),
          8 + n * (600 / Math.max(count, 10)) + jitter,
          row === 0 ? 300 : 350,
        )
      }),
    )

  test('crowd: ten people who stay half a minute are reported', async () => {
    const [a, b] = [await stage.still(await group(10)), await stage.still(await group(10, 7))]
    const film = [...hold(empty, 0, 4, 1), ...hold([...a, ...b], 4, 50, 2)]
    const played = await rig.play({ zones: [zone('crowd')], evidenceEveryMs: 15_000 }, film)
    expect(played.raised.map((it) => it.type)).toEqual(['crowd.gathered'])
    expect(played.decidedAtS).toBeGreaterThan(30)
    expect(played.decidedAtS).toBeLessThan(45)
  })

  test('crowd: on a photograph of twenty-nine people, too', async () => {
    const picture = await photo('groups/solvay1927.jpg', { width: 640, height: 360 })
    const frames = await stage.still([{ png: picture, leftPx: 0, topPx: 0 }])
    const film = [...hold(empty, 0, 4, 1), ...hold(frames, 4, 50, 2)]
    const played = await rig.play({ zones: [zone('crowd')], evidenceEveryMs: 15_000 }, film)
    expect(played.raised.map((it) => it.type)).toEqual(['crowd.gathered'])
    // Twelve or thirteen of them are found: what is counted is less than what is there.
    for (const { objects } of played.sightings.slice(1)) expect(objects.length).toBeLessThan(20)
  })

  test('silent: six people who stay, and ten who only pass', async () => {
    const [six, ten] = [await stage.still(await group(6)), await stage.still(await group(10))]
    const film = [
      ...hold(empty, 0, 4, 1),
      ...hold(six, 4, 50, 2),
      ...hold(empty, 50, 110, 4),
      ...hold(ten, 110, 122, 2),
      ...hold(empty, 122, 200, 4),
    ]
    const played = await rig.play({ zones: [zone('crowd')], evidenceEveryMs: 60_000 }, film)
    expect(played.brief).toEqual([])
  })

  const posters = [
    ['a face', 'faces_lfw/Hu_Jintao_0001.jpg', { width: 110, height: 130 }],
    ['head and shoulders', 'faces/compreface_004_A.jpg', { width: 130, height: 180 }],
    ['two people', 'groups/obama_biden_two.jpg', { width: 240, height: 150 }],
    ['head and shoulders, large', 'faces/stock_a_1.jpg', { width: 220, height: 300 }],
  ] as const

  test.each(posters)(
    'silent: a poster that shows %s, under changing light',
    async (_, file, size) => {
      const poster = [{ png: await photo(file, size), leftPx: 220, topPx: 40 }]
      const [frames, bright] = [
        await stage.still(poster),
        await stage.still(poster, { light: 1.3 }),
      ]
      const film = [
        ...hold(frames, 0, 100, 4),
        ...hold(bright, 100, 150, 4),
        ...hold(frames, 150, 230, 4),
      ]
      const played = await rig.play({ zones: strict, evidenceEveryMs: 60_000 }, film)
      // The detector takes it for somebody; that it never moves is what gives it away.
      expect(played.sightings.some((it) => it.objects.some((one) => one.label === 'person'))).toBe(
        true,
      )
      expect(played.brief).toEqual([])
    },
  )

  test('who comes in past a poster is reported, and it is over though the poster stays', async () => {
    const [, , size] = posters[1]
    const poster = { png: await photo(posters[1][1], size), leftPx: 20, topPx: 20 }
    const wall = await stage.still([poster])
    const steps = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async (n) =>
        stage.frame([poster, await standing(person(0), 540 - n * 60, footPx)]),
      ),
    )
    const film = [
      ...hold(wall, 0, 20, 2),
      ...once([...steps, ...steps.toReversed()], 20, 1),
      ...hold(wall, 32, 120, 4),
    ]
    const played = await rig.play({ zones: strict, evidenceEveryMs: 60_000 }, film)
    expect(played.effects.map((it) => it.kind)).toEqual(['raise', 'clear'])
    expect(played.decidedAtS).toBeLessThanOrEqual(23)
  })

  test('silent: a lamp that goes on and off in an empty hall, and a shadow', async () => {
    const [dim, bright] = [
      await stage.still([], { light: 0.4 }),
      await stage.still([], { light: 1.4 }),
    ]
    const film = [empty, dim, bright, dim, empty, bright].flatMap((jpegs, i) =>
      hold(jpegs, i * 8, i * 8 + 8, 1),
    )
    const played = await rig.play({ zones: strict }, film)
    expect(played.brief).toEqual([])
  })
})
