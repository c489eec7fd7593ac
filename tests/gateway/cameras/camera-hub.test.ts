import { afterEach, describe, expect, test } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import type { CameraStateFact, SightingFact } from '../../../gateway/model/input.ts'
import { seen } from '../vision/support.ts'
import {
  cameraDevice,
  headerOnly,
  laneZone,
  rosterOf,
  scriptedHub,
  settle,
  until,
} from './support.ts'

const hubs: ReturnType<typeof scriptedHub>[] = []
afterEach(async () => {
  await Promise.all(hubs.splice(0).map(({ hub }) => hub.close()))
})
const open = (...args: Parameters<typeof scriptedHub>) => {
  const made = scriptedHub(...args)
  hubs.push(made)
  return made
}
const states = (facts: readonly { kind: string }[]) =>
  facts
    .filter((fact): fact is CameraStateFact => fact.kind === 'camera-state')
    .map((fact) => fact.state)
const sightings = (facts: readonly { kind: string }[]) =>
  facts.filter((fact): fact is SightingFact => fact.kind === 'sighting')

const big = (serial: number) => Buffer.concat([headerOnly(serial), Buffer.alloc(1_000)])

describe('scheduling', () => {
  test('only the latest frame of a camera waits; what gives way is counted under its priority', async () => {
    const t = open(rosterOf(cameraDevice('gate'), cameraDevice('door', { priority: 'door' })), {
      concurrency: 1,
    })
    t.scene.analyseMs = 30
    for (let i = 1; i <= 5; i += 1) {
      for (const camera of ['gate', 'door']) {
        const jpeg = headerOnly(camera === 'door' ? 100 + i : i)
        t.hub.offer({ community: 'demo', camera, capturedAt: null, receivedAt: t.time.now, jpeg })
      }
    }
    await until(() => t.hub.stats().analysed === 4, 'four analyses')
    // The door's first frame does not wait for the gate's; then the latest of each.
    expect(t.order).toEqual(['0100', '6500', '0500', '6900'])
    expect(t.hub.stats()).toMatchObject({
      in: 10,
      analysed: 4,
      dropped: 6,
      droppedByPriority: { door: 3, care: 0, public: 3 },
      droppedByCause: { replaced: 6, 'queue-bytes': 0, 'pool-full': 0, crashed: 0 },
    })
  })

  test('doors go before care, care before public space, however long the others have waited', async () => {
    const t = open(
      rosterOf(
        cameraDevice('a'),
        cameraDevice('b'),
        cameraDevice('c', { priority: 'care' }),
        cameraDevice('d', { priority: 'door' }),
      ),
      { concurrency: 1 },
    )
    t.scene.analyseMs = 10
    for (const [i, camera] of ['a', 'b', 'c', 'd'].entries())
      t.hub.offer({
        community: 'demo',
        camera,
        capturedAt: null,
        receivedAt: t.time.now,
        jpeg: headerOnly(i),
      })
    await until(() => t.hub.stats().analysed === 4, 'four analyses')
    expect(t.order).toEqual(['0000', '0300', '0200', '0100'])
  })

  test('over the byte bound the oldest public frames go first, doors never for others', async () => {
    const t = open(
      rosterOf(
        cameraDevice('a'),
        cameraDevice('b'),
        cameraDevice('c', { priority: 'care' }),
        cameraDevice('d', { priority: 'door' }),
        cameraDevice('e', { priority: 'door' }),
      ),
      { concurrency: 1, waitingBytesMax: 2_500 },
    )
    t.scene.analyseMs = 40
    // The doors' first frames are under way at once, so that their next ones wait too.
    for (const [i, camera] of ['d', 'e', 'a', 'b', 'c', 'd', 'e', 'a'].entries()) {
      t.time.now += 1
      t.hub.offer({
        community: 'demo',
        camera,
        capturedAt: null,
        receivedAt: t.time.now,
        jpeg: big(i),
      })
    }
    expect(t.hub.stats().droppedByPriority).toEqual({ door: 0, care: 1, public: 3 })
    expect(t.hub.stats().droppedByCause).toMatchObject({ 'queue-bytes': 4, replaced: 0 })
    await until(() => t.hub.stats().analysed === 4, 'both frames of both doors')
  })

  test('frames of strangers and of unapproved devices are counted and not looked at', async () => {
    const pending = { ...cameraDevice('new'), state: 'pending' as const }
    const t = open(rosterOf(pending))
    await t.frame('new')
    await t.frame('stranger')
    expect(t.hub.stats()).toMatchObject({ in: 2, analysed: 0, unknown: 2 })
  })

  test('a thread that dies with a frame costs that frame only', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    t.scene.fail = new CodedError('model.crashed', 'exit 3')
    await t.frame('gate')
    t.scene.fail = null
    await t.frame('gate')
    expect(t.hub.stats()).toMatchObject({ analysed: 1, dropped: 1 })
    expect(t.hub.stats().droppedByCause.crashed).toBe(1)
  })
})

describe('bad pictures', () => {
  test('each is counted and named by its code; the camera and the others go on', async () => {
    const t = open(rosterOf(cameraDevice('gate'), cameraDevice('yard')))
    await t.frame('gate', Buffer.from('not a picture'))
    await t.frame('gate', Buffer.concat([headerOnly(), Buffer.alloc(5 * 1024 * 1024)]))
    t.scene.fail = new CodedError('frame.damaged', 'premature end')
    await t.frame('gate')
    t.scene.fail = null
    await t.frame('yard')
    expect(t.hub.stats().bad).toEqual({
      'frame.not-jpeg': 1,
      'frame.too-large': 1,
      'frame.damaged': 1,
    })
    expect(t.bad.map((item) => [item.code, item.topic])[0]).toEqual([
      'frame.not-jpeg',
      'linli/v1/demo/gate/frame',
    ])
    expect(t.hub.stats().analysed).toBe(1)
  })

  test('a camera that sends nothing but damaged pictures goes offline: it shows nothing', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    await t.frame('gate')
    t.scene.fail = new CodedError('frame.damaged', 'premature end')
    for (let i = 0; i < 8; i += 1) {
      t.time.now += 1_000
      await t.frame('gate')
      await settle(10)
    }
    expect(states(t.facts)).toEqual(['ok', 'offline'])
  })
})

describe('state of a camera', () => {
  test('waiting until it sends, ok, offline when nothing has come for staleAfterMs, ok on return', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    await t.pass(60_000)
    expect(t.hub.health()[0]).toMatchObject({ id: 'gate', state: 'waiting', lastFrameAt: null })
    expect(t.facts).toEqual([])
    await t.frame('gate')
    const last = t.time.now
    await t.pass(4_000)
    expect(states(t.facts)).toEqual(['ok'])
    await t.pass(2_000)
    expect(states(t.facts)).toEqual(['ok', 'offline'])
    expect(t.facts[1]).toMatchObject({ camera: 'gate', since: last })
    await t.pass(60_000)
    await t.frame('gate')
    expect(states(t.facts)).toEqual(['ok', 'offline', 'ok'])
    expect(t.hub.health()[0]).toMatchObject({ state: 'ok', framesIn: 2, framesAnalysed: 2 })
  })

  test('a camera that sent before a restart and does not come back is offline, a new one still waits', async () => {
    const book = rosterOf(cameraDevice('gate'), cameraDevice('new'))
    const t = open(book, {}, (_community, camera) => camera === 'gate')
    const start = t.time.now
    await t.pass(4_000)
    expect(t.facts).toEqual([])
    await t.pass(2_000)
    expect(t.facts).toEqual([
      expect.objectContaining({
        kind: 'camera-state',
        camera: 'gate',
        state: 'offline',
        since: start,
      }),
    ])
    expect(t.hub.health().map((camera) => camera.state)).toEqual(['offline', 'waiting'])
    await t.frame('gate')
    expect(states(t.facts)).toEqual(['offline', 'ok'])
  })

  test('the same picture again and again is frozen, since it shows what was; a new one mends it', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    await t.frame('gate')
    t.scene.standing = true
    for (let i = 0; i < 12; i += 1) {
      t.time.now += 1_000
      await t.frame('gate')
    }
    expect(states(t.facts)).toEqual(['ok', 'frozen'])
    expect(t.hub.health()[0]?.state).toBe('frozen')
    t.scene.standing = false
    t.time.now += 1_000
    await t.frame('gate')
    expect(states(t.facts)).toEqual(['ok', 'frozen', 'ok'])
  })

  test('a frozen picture of a car blocks nothing: no sighting comes of it', async () => {
    const t = open(rosterOf(cameraDevice('gate', { zones: [laneZone] })), { frozenAfterMs: 3_000 })
    t.scene.detections = [seen('car', [100, 300, 200, 150])]
    await t.frame('gate')
    t.scene.standing = true
    for (let i = 0; i < 10; i += 1) {
      t.time.now += 1_000
      await t.frame('gate')
    }
    expect(sightings(t.facts).at(-1)?.ts).toBeLessThan(t.time.now - 5_000)
  })
})

describe('live pictures', () => {
  test('each frame is redacted once however many look on; nothing is shown before there is a frame', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    expect(await t.hub.snapshot('demo', 'gate', { boxes: false })).toBeNull()
    expect(t.hub.detections('demo', 'gate')).toBeNull()
    let news = 0
    const stop = t.hub.subscribe('demo', 'gate', () => (news += 1))
    await t.frame('gate')
    const pictures = await Promise.all(
      Array.from({ length: 5 }, () => t.hub.snapshot('demo', 'gate', { boxes: false })),
    )
    expect(new Set(pictures).size).toBe(1)
    expect(pictures[0]).toBeInstanceOf(Buffer)
    stop()
    await t.frame('gate')
    expect(news).toBe(1)
    expect(await t.hub.snapshot('demo', 'gate', { boxes: false })).not.toBe(pictures[0])
    expect(t.hub.detections('demo', 'gate')).toMatchObject({
      widthPx: 1280,
      heightPx: 720,
      detections: [],
    })
  })

  test('a camera that leaves the roster is forgotten, its pictures too', async () => {
    const book = rosterOf(cameraDevice('gate'))
    const t = open(book)
    await t.frame('gate')
    book.patch({ base: 1, version: 2, devices: { upsert: [], remove: ['demo/gate'] } })
    await t.pass(1_000)
    expect(await t.hub.snapshot('demo', 'gate', { boxes: false })).toBeNull()
    expect(t.hub.health()).toEqual([])
  })
})
