import { describe, expect, test } from 'vitest'
import type { CameraSettings } from '../../../contracts/roster.ts'
import type { Tracker } from '../../../gateway/model/vision.ts'
import { createTracker } from '../../../gateway/vision/tracker.ts'
import { mulberry } from '../../detectors/support.ts'
import { seen } from './support.ts'

const frame = { widthPx: 1000, heightPx: 1000 }
const settings: Pick<CameraSettings, 'zones'> = {
  zones: [
    {
      id: 'lane',
      name: '',
      kind: 'fire-lane',
      polygon: [
        [0, 0.5],
        [1, 0.5],
        [1, 1],
        [0, 1],
      ],
    },
  ],
}
const shut = { moved: false, share: 0, lighting: false, shut: true }
const look = (tracker: Tracker, ts: number, ...detections: ReturnType<typeof seen>[]) =>
  tracker.update({ ...frame, detections, motion: null }, ts, settings).objects
const quiet = (tracker: Tracker, ts: number) =>
  tracker.update({ ...frame, detections: [], motion: shut }, ts, settings).objects

describe('a shut gate', () => {
  test('keeps what the last look found, for as long as nothing moves, and its still time grows', () => {
    const tracker = createTracker(1)
    for (let ts = 0; ts <= 4_000; ts += 1_000) look(tracker, ts, seen('car', [300, 500, 200, 150]))
    for (let ts = 5_000; ts <= 300_000; ts += 1_000) quiet(tracker, ts)
    const [car] = quiet(tracker, 301_000)
    expect(car).toMatchObject({ label: 'car', stillMs: 301_000, zones: ['lane'], zonesSince: [0] })
    const [after] = look(tracker, 302_000, seen('car', [302, 501, 200, 150]))
    expect(after?.trackId).toBe(car?.trackId)
  })

  test('does not bring back what the last look no longer found', () => {
    const tracker = createTracker(1)
    for (let ts = 0; ts <= 2_000; ts += 500) look(tracker, ts, seen('person', [300, 500, 80, 200]))
    look(tracker, 2_500)
    for (let ts = 3_000; ts <= 5_000; ts += 500) quiet(tracker, ts)
    expect(quiet(tracker, 5_500)).toEqual([])
  })

  test('a look that finds the place empty ends the wait', () => {
    const tracker = createTracker(1)
    for (let ts = 0; ts <= 1_000; ts += 500) look(tracker, ts, seen('person', [300, 500, 80, 200]))
    for (let ts = 1_500; ts <= 10_000; ts += 500) expect(quiet(tracker, ts)).toHaveLength(1)
    for (let ts = 10_500; ts <= 13_000; ts += 500) look(tracker, ts)
    expect(look(tracker, 13_500)).toEqual([])
  })
})

describe('stitching', () => {
  test('a walker who was hidden for four seconds, or moved on meanwhile by a step, is the same one', () => {
    const tracker = createTracker(1)
    const box = (i: number): [number, number, number, number] => [100 + i * 12, 400, 80, 220]
    let before: string | undefined
    for (let i = 0; i < 8; i += 1)
      before = look(tracker, i * 500, seen('person', box(i)))[0]?.trackId
    for (let i = 8; i < 16; i += 1) look(tracker, i * 500)
    expect(look(tracker, 15.5 * 500)).toEqual([])
    expect(look(tracker, 8_000, seen('person', box(12)))[0]?.trackId).toBe(before)
  })

  test('after ten seconds it is somebody else', () => {
    const tracker = createTracker(1)
    const at = (ts: number) => look(tracker, ts, seen('person', [100 + ts / 40, 400, 80, 220]))
    let before: string | undefined
    for (let ts = 0; ts <= 2_000; ts += 500) before = at(ts)[0]?.trackId
    for (let ts = 2_500; ts <= 12_000; ts += 500) look(tracker, ts)
    look(tracker, 12_500, seen('person', [160, 400, 80, 220]))
    const after = look(tracker, 13_000, seen('person', [160, 400, 80, 220]))[0]?.trackId
    expect(after).toBeDefined()
    expect(after).not.toBe(before)
  })
})

describe('time in a zone', () => {
  test('runs on while somebody walks about in it or trembles at its edge, and starts anew on return', () => {
    const tracker = createTracker(1)
    const feet = (y: number, x = 300) => seen('person', [x, y - 200, 80, 200])
    look(tracker, 0, feet(400))
    for (let i = 1; i <= 20; i += 1)
      look(tracker, i * 500, feet(i % 3 === 0 ? 497 : 503, 300 + i * 10))
    const inside = look(tracker, 10_500, feet(520, 510))[0]
    expect(inside).toMatchObject({ zones: ['lane'], zonesSince: [500] })
    for (let ts = 11_000; ts <= 15_000; ts += 500) look(tracker, ts, feet(430, 510))
    expect(look(tracker, 15_500, feet(520, 510))[0]?.zonesSince).toEqual([15_500])
  })
})

describe('whatever comes in', () => {
  test('ids are never shared, never come back after another took over, and time never runs backwards', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = mulberry(seed)
      const tracker = createTracker(seed)
      const groups = new Map<string, string>()
      let ts = 1_000
      for (let i = 0; i < 60; i += 1) {
        ts += Math.floor(random() * 1_500) - 200
        const detections = Array.from({ length: Math.floor(random() * 6) }, () => {
          const label = ['person', 'car', 'truck', 'face', 'bicycle'][Math.floor(random() * 5)]
          const box = [random() * 900, random() * 900, 20 + random() * 200, 20 + random() * 200]
          return seen(label ?? 'car', box as [number, number, number, number], random())
        })
        const objects = random() < 0.3 ? quiet(tracker, ts) : look(tracker, ts, ...detections)
        expect(new Set(objects.map((object) => object.trackId)).size).toBe(objects.length)
        for (const { trackId, label, stillMs, zones, zonesSince } of objects) {
          const group = label === 'car' || label === 'truck' ? 'vehicle' : label
          expect(groups.get(trackId) ?? group).toBe(group)
          groups.set(trackId, group)
          expect(stillMs).toBeGreaterThanOrEqual(0)
          expect(zonesSince).toHaveLength(zones.length)
        }
      }
    }
  })
})
