import { afterEach, describe, expect, test } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import type { CameraSettings } from '../../../contracts/roster.ts'
import { createCameraHub } from '../../../gateway/cameras/camera-hub.ts'
import { LookSchedule } from '../../../gateway/cameras/look-schedule.ts'
import type { Fact } from '../../../gateway/model/input.ts'
import {
  type AnalyseRequest,
  type Analysis,
  type FrameLook,
  type MotionMemory,
  noThreadHasTime,
} from '../../../gateway/model/vision.ts'
import { createTracker } from '../../../gateway/vision/tracker.ts'
import { seen, silent } from '../vision/support.ts'
import { cameraDevice, headerOnly, laneZone, lookedAt, rosterOf, settle } from './support.ts'

const memory = (frames: number): MotionMemory => ({
  widthPx: 2,
  heightPx: 1,
  mean: new Float32Array(2),
  deviation: new Float32Array(2),
  frames,
})
const model = { name: 'm.onnx', sha256: 'a'.repeat(64) }
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** A hub whose eyes have a motion gate; what moves and what is there is set by the test. */
function gatedHub(settings: Partial<CameraSettings> = {}) {
  const time = { now: 1_800_000_000_000 }
  const scene = { moves: true, there: [seen('car', [100, 300, 200, 150])], fail: null as unknown }
  const requests: AnalyseRequest[] = []
  const redacted: unknown[] = []
  const looks: FrameLook[] = []
  const pushed: unknown[] = []
  const facts: Fact[] = []
  const errors: string[] = []
  let frames = 0
  const hub = createCameraHub(
    {
      roster: rosterOf(cameraDevice('gate', settings)),
      analyse: async (_jpeg, request): Promise<Analysis> => {
        requests.push(request)
        if (scene.fail !== null) throw scene.fail
        frames += 1
        const gate = request.gate ?? null
        const shut = gate !== null && !gate.force && !scene.moves
        return {
          ...lookedAt,
          detections: shut ? [] : scene.there,
          models: shut ? [] : [model],
          sample: new Uint8Array(4).fill(frames),
          motion: gate && {
            moved: scene.moves,
            share: 0,
            lighting: false,
            ...(shut ? { shut } : {}),
          },
          memory: gate && memory(frames),
        }
      },
      redact: async (jpeg, request) => {
        redacted.push(request)
        const found = { faces: 0, plates: 0, platesUnknown: false, whole: false }
        return { jpeg: Buffer.from(jpeg), widthPx: 1280, heightPx: 720, ...found }
      },
      createTracker: () => createTracker(1),
      record: (fact) => void facts.push(fact),
      evidence: { put: async () => 'e'.repeat(64) },
      onQuarantine: () => {},
      clock: () => time.now,
      monotonic: () => time.now,
      logger: { ...silent, error: (fields) => void errors.push(JSON.stringify(fields)) },
      followers: [
        () => {
          throw new Error('a follower that fails')
        },
        (look) => void looks.push(look),
      ],
      clips: { push: (...args) => void pushed.push(args) },
    },
    { concurrency: 2, tickMs: 1_000, coverageEveryMs: 1_000_000 },
  )
  closing.push(() => hub.close())
  let serial = 0
  const frame = async (): Promise<void> => {
    serial += 1
    const jpeg = headerOnly(serial)
    const { now: receivedAt } = time
    hub.offer({ community: 'demo', camera: 'gate', capturedAt: receivedAt - 100, receivedAt, jpeg })
    await settle()
    time.now += 1_000
  }
  return { hub, time, scene, requests, redacted, looks, pushed, facts, errors, frame }
}

describe('motion gate', () => {
  test('the background goes with each frame and comes back; a parked car keeps its track', async () => {
    const t = gatedHub()
    const [car] = [t.scene.there]
    Object.assign(t.scene, { moves: false, there: [] })
    for (let i = 0; i < 16; i += 1) await t.frame()
    Object.assign(t.scene, { moves: true, there: car })
    for (let i = 0; i < 5; i += 1) await t.frame()
    t.scene.moves = false
    for (let i = 0; i < 20; i += 1) await t.frame()
    expect(t.requests.map((request) => request.gate?.memory?.frames ?? 0)).toEqual(
      Array.from({ length: 41 }, (_, i) => i),
    )
    const forced = t.requests.slice(21).filter((request) => request.gate?.force === true).length
    expect(forced).toBeGreaterThanOrEqual(6)
    expect(forced).toBeLessThanOrEqual(8)
    expect(t.hub.stats()).toMatchObject({ analysed: 41, shut: 15 + 20 - forced })
    const sightings = t.facts.filter((fact) => fact.kind === 'sighting')
    expect(new Set(sightings.flatMap((fact) => fact.objects.map((it) => it.trackId))).size).toBe(1)
    expect(sightings.at(-1)?.objects[0]?.stillMs).toBeGreaterThan(20_000)
    expect(sightings.at(-1)?.models, 'the weights whose look still stands').toEqual([model])
    await t.hub.close()
    const covered = t.facts.filter((fact) => fact.kind === 'coverage')
    expect(covered.map(({ from, to }) => to - from)).toEqual([40_000])
  })

  test('doors are looked at in every frame, unless their settings say otherwise, and go first', async () => {
    const door = gatedHub({ priority: 'door' })
    await door.frame()
    expect(door.requests[0]).toMatchObject({ gate: null, urgent: true })
    const gated = gatedHub({ priority: 'door', motionGate: true })
    await gated.frame()
    expect(gated.requests[0]?.gate).toEqual({ memory: null, force: true })
    const open = gatedHub({ motionGate: false })
    await open.frame()
    expect(open.requests[0]).toMatchObject({ gate: null })
    expect(open.requests[0]?.urgent).toBeUndefined()
  })

  test('a frame refused before a thread had it costs no background; the cause is counted', async () => {
    const t = gatedHub()
    await t.frame()
    t.scene.fail = new CodedError('model.crashed', noThreadHasTime)
    await t.frame()
    t.scene.fail = null
    await t.frame()
    expect(t.requests[2]?.gate?.memory?.frames).toBe(1)
    expect(t.hub.stats().droppedByCause).toMatchObject({ 'pool-full': 1, crashed: 0 })
  })
})

describe('when the models look although nothing moves', () => {
  const car = seen('car', [1, 1, 50, 100], 0.9)
  const at = (stillMs: number, trackId = 't-1') =>
    ({ stillMs, trackId, detection: car }) as FrameLook['objects'][number]
  const answer = (shut: boolean, ...detections: Analysis['detections']): Analysis => ({
    ...lookedAt,
    detections,
    models: [],
    sample: new Uint8Array(),
    motion: { moved: !shut, share: 0, lighting: false, ...(shut ? { shut } : {}) },
  })

  test('at first, every 30 s in an empty scene, every 3 s where something stands, always where it goes', () => {
    const schedule = new LookSchedule()
    expect(schedule.mustLook(0)).toBe(true)
    schedule.looked(answer(false), [], 0)
    expect([1_000, 29_000, 30_000].map((ms) => schedule.mustLook(ms))).toEqual([false, false, true])
    schedule.looked(answer(false), [at(10_000)], 30_000)
    expect([32_000, 33_000].map((ms) => schedule.mustLook(ms))).toEqual([false, true])
    schedule.looked(answer(true), [at(1_000)], 32_000)
    expect(schedule.mustLook(32_001)).toBe(true)
  })

  test('what was there from the start, or was overlooked, is background: every 30 s; what has stood for long, every twentieth of that', () => {
    const everyMs = (schedule: LookSchedule, from: number): number => {
      let ms = from
      while (!schedule.mustLook(ms)) ms += 1_000
      return ms - from
    }
    const schedule = new LookSchedule()
    schedule.looked(answer(false, car), [at(5_000)], 0)
    expect(everyMs(schedule, 0)).toBe(30_000)
    const comes = new LookSchedule()
    comes.looked(answer(false), [], 0)
    comes.looked(answer(false, car), [at(5_000)], 60_000)
    expect(everyMs(comes, 60_000)).toBe(3_000)
    comes.looked(answer(false, car), [at(200_000)], 300_000)
    expect(everyMs(comes, 300_000)).toBe(10_000)
    comes.looked(answer(false, car), [at(3_600_000)], 3_700_000)
    expect(everyMs(comes, 3_700_000)).toBe(30_000)
    const overlooked = {
      ...answer(false, car),
      motion: { moved: false, share: 0, lighting: false },
    }
    const late = new LookSchedule()
    late.looked(answer(false), [], 0)
    late.looked(overlooked, [at(5_000)], 60_000)
    expect(everyMs(late, 60_000)).toBe(30_000)
  })

  test('who left while nothing differs from the background is looked for once', () => {
    const schedule = new LookSchedule()
    schedule.looked(answer(false, car), [at(1_000)], 0)
    expect(schedule.mustLook(1_000)).toBe(true)
    const still = { ...answer(false), motion: { moved: false, share: 0, lighting: false } }
    schedule.looked(still, [at(2_000)], 1_000)
    expect(schedule.mustLook(2_000)).toBe(false)
    schedule.looked({ ...still, detections: [car] }, [at(1_000)], 2_000)
    expect(schedule.mustLook(3_000), 'it is there after all').toBe(true)
  })

  test('what has been seen once is looked at again, but a ghost not for ever', () => {
    const schedule = new LookSchedule()
    const ghost = seen('person', [1, 1, 50, 100], 0.5)
    let owed = 0
    for (let ms = 0; ms < 10_000; ms += 1_000) {
      schedule.looked(answer(false, ghost), [], ms)
      if (schedule.mustLook(ms + 1)) owed += 1
    }
    expect(owed).toBe(2)
  })
})

describe('who follows the looks', () => {
  test('followers get each look with its times and settings; one that fails is named, the next still gets it', async () => {
    const t = gatedHub()
    const receivedAt = t.time.now
    await t.frame()
    expect(t.looks).toHaveLength(1)
    expect(t.looks[0]).toMatchObject({ ts: receivedAt - 100, at: receivedAt })
    expect(t.looks[0]?.settings.tasks).toEqual(['objects', 'faces'])
    expect(t.errors.join()).toContain('a follower that fails')
  })

  test('a picture that is delivered again, under a new time too, is no second look for a door', async () => {
    const t = gatedHub()
    for (const serial of [1, 1, 1, 2, 1]) {
      const { now: receivedAt } = t.time
      const jpeg = headerOnly(serial)
      t.hub.offer({ community: 'demo', camera: 'gate', capturedAt: null, receivedAt, jpeg })
      await settle()
      t.time.now += 1_000
    }
    expect(t.looks).toHaveLength(3)
  })

  test('every sound frame is offered to the clips with its event time', async () => {
    const t = gatedHub()
    const receivedAt = t.time.now
    await t.frame()
    t.hub.offer({
      community: 'demo',
      camera: 'gate',
      capturedAt: null,
      receivedAt,
      jpeg: Buffer.from('no picture'),
    })
    expect(t.pushed).toEqual([
      ['demo', 'gate', expect.objectContaining({ receivedAt }), receivedAt - 100],
    ])
  })

  test('control C12: masks go to the detectors, to the live picture and to what is kept', async () => {
    const masks: CameraSettings['masks'] = [
      [
        [0, 0],
        [0.2, 0],
        [0.2, 0.2],
      ],
    ]
    const t = gatedHub({ masks, zones: [laneZone] })
    await t.frame()
    await t.frame()
    await t.hub.snapshot('demo', 'gate', { boxes: false })
    expect(t.requests[0]?.masks).toEqual(masks)
    expect(t.redacted).toHaveLength(3)
    for (const request of t.redacted) expect(request).toMatchObject({ masks })
    const kept = t.facts.filter((fact) => fact.kind === 'sighting').at(-1)
    expect(kept).toMatchObject({ evidenceSha256: 'e'.repeat(64), boxesSha256: 'e'.repeat(64) })
  })

  test('who crosses a line is told with the totals of the camera', async () => {
    const t = gatedHub({ lines: [{ id: 'in', name: '', from: [0, 0.5], to: [1, 0.5] }] })
    for (let i = 0; i < 8; i += 1) {
      t.scene.there = [seen('person', [600, 50 + i * 50, 60, 120])]
      await t.frame()
    }
    const crossings = t.facts.filter((fact) => fact.kind === 'crossing')
    expect(crossings).toHaveLength(1)
    expect(crossings[0]).toMatchObject({
      crossings: [{ line: 'in', group: 'person', direction: 'in' }],
      totals: { peopleIn: 1, peopleOut: 0, vehiclesIn: 0, vehiclesOut: 0 },
    })
  })
})
