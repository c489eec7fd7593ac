import type { Quarantined } from '../../../contracts/health.ts'
import type { CameraSettings, RosterDevice } from '../../../contracts/roster.ts'
import type { Detection } from '../../../contracts/detections.ts'
import {
  type CameraHub,
  type CameraHubOptions,
  createCameraHub,
} from '../../../gateway/cameras/camera-hub.ts'
import type { Fact } from '../../../gateway/model/input.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import type { Analysis, Redact, SceneStats } from '../../../gateway/model/vision.ts'
import { createTracker } from '../../../gateway/vision/tracker.ts'
import { silent } from '../vision/support.ts'

/** What an analysis of a plain 720p frame says where a test does not care. */
export const lookedAt = {
  widthPx: 1280,
  heightPx: 720,
  faces: [],
  plates: [],
  motion: null,
  memory: null,
  scene: null,
} as const

export const cameraDevice = (id: string, settings: Partial<CameraSettings> = {}): RosterDevice => ({
  id,
  community: 'demo',
  type: 'camera',
  name: id,
  place: null,
  state: 'approved',
  household: null,
  intervalMs: null,
  camera: {
    priority: 'public',
    tasks: ['objects', 'faces'],
    source: null,
    zones: [],
    staleAfterMs: 5_000,
    ...settings,
  },
})

export const laneZone: CameraSettings['zones'][number] = {
  id: 'lane',
  name: '消防通道',
  kind: 'fire-lane',
  polygon: [
    [0, 0.4],
    [1, 0.4],
    [1, 1],
    [0, 1],
  ],
}

export const rosterOf = (...devices: RosterDevice[]): RosterBook => {
  const book = new RosterBook()
  book.replace({ version: 1, devices, credentials: [], households: [], residents: [], cards: [] })
  return book
}

/** The smallest thing that has a JPEG's header; enough where nothing is decoded. */
export const headerOnly = (serial = 0): Buffer =>
  Buffer.from([
    0xff,
    0xd8,
    0xff,
    0xc0,
    0,
    17,
    8,
    2,
    0xd0,
    5,
    0,
    3,
    1,
    0x22,
    0,
    2,
    0x11,
    1,
    3,
    0x11,
    1,
    serial & 0xff,
    (serial >> 8) & 0xff,
  ])

export interface Scene {
  detections: Detection[]
  /** Changes in every frame unless it stands. */
  standing: boolean
  models: boolean
  analyseMs: number
  fail: Error | null
  /** What a glance says of the picture as such. */
  stats: SceneStats | null
}

const copy: Redact = async (jpeg) => ({
  jpeg: Buffer.from(jpeg),
  widthPx: 1280,
  heightPx: 720,
  faces: 0,
  plates: 0,
  platesUnknown: false,
  whole: false,
})

/** A hub on a clock of its own and with scripted eyes: what they see is set by the test. */
export function scriptedHub(
  book: RosterBook,
  options: Partial<CameraHubOptions> = {},
  seenBefore: (community: string, camera: string) => boolean = () => false,
) {
  const time = { now: 1_800_000_000_000 }
  const scene: Scene = {
    detections: [],
    standing: false,
    models: true,
    analyseMs: 0,
    fail: null,
    stats: null,
  }
  const facts: Fact[] = []
  const bad: Quarantined[] = []
  const kept: Buffer[] = []
  const order: string[] = []
  let serial = 0
  const hub: CameraHub = createCameraHub(
    {
      roster: book,
      analyse: async (jpeg): Promise<Analysis> => {
        order.push(Buffer.from(jpeg.subarray(21)).toString('hex'))
        if (scene.analyseMs > 0) await new Promise((done) => setTimeout(done, scene.analyseMs))
        if (scene.fail !== null) throw scene.fail
        if (!scene.standing) serial += 1
        const sample = new Uint8Array(2_304).fill(serial % 256)
        const models = scene.models ? [{ name: 'm.onnx', sha256: 'a'.repeat(64) }] : []
        const { detections, stats } = scene
        return { ...lookedAt, detections, models, sample, scene: stats }
      },
      redact: copy,
      createTracker: () => createTracker(time.now),
      record: (fact) => void facts.push(fact),
      evidence: {
        put: async (jpeg) => {
          kept.push(jpeg)
          return 'e'.repeat(63) + (kept.length % 10)
        },
      },
      onQuarantine: (item) => void bad.push(item),
      clock: () => time.now,
      monotonic: () => time.now,
      logger: silent,
      seenBefore,
    },
    { concurrency: 4, tickMs: 5, coverageEveryMs: 1_000_000, frozenAfterMs: 10_000, ...options },
  )
  let count = 0
  return {
    hub,
    time,
    scene,
    facts,
    bad,
    kept,
    order,
    /** Offers a frame and waits until it has been dealt with. */
    async frame(camera: string, jpeg?: Buffer, capturedAt: number | null = null): Promise<void> {
      count += 1
      const frame = {
        community: 'demo',
        camera,
        capturedAt,
        receivedAt: time.now,
        jpeg: jpeg ?? headerOnly(count),
      }
      hub.offer(frame)
      await settle()
    },
    /** Time passes with nothing coming in. */
    async pass(ms: number): Promise<void> {
      time.now += ms
      await settle(20)
    },
  }
}

export const settle = (ms = 2): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Waits for what must come; says what did not. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never came: ${what}`)
    await settle(5)
  }
}
