import { describe, expect, test } from 'vitest'
import type { CameraSettings } from '../../../contracts/roster.ts'
import type { Tracker } from '../../../gateway/model/vision.ts'
import { createTracker } from '../../../gateway/vision/tracker.ts'
import { inPolygon, zonesOf } from '../../../gateway/vision/zones.ts'
import { seen } from './support.ts'

const zones: CameraSettings['zones'] = [
  {
    id: 'lane',
    name: '消防通道',
    kind: 'fire-lane',
    polygon: [
      [0.2, 0.5],
      [0.8, 0.5],
      [0.8, 1],
      [0.2, 1],
    ],
  },
]
const look = (tracker: Tracker, ts: number, ...detections: ReturnType<typeof seen>[]) =>
  tracker.update({ widthPx: 1000, heightPx: 1000, detections }, ts, { zones }).objects

describe('zones', () => {
  test('the ground point decides: a car whose roof is over the lane does not stand in it', () => {
    expect(zonesOf(zones, [400, 200, 100, 250], 1000, 1000)).toEqual([])
    expect(zonesOf(zones, [400, 400, 100, 250], 1000, 1000)).toEqual(['lane'])
  })
  test('an object cut by the lower edge still stands in a zone that reaches down to it', () => {
    expect(zonesOf(zones, [400, 800, 100, 200], 1000, 1000)).toEqual(['lane'])
  })
  test('a concave polygon has its notch outside', () => {
    const notch: [number, number][] = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0.5, 0.4],
      [0, 1],
    ]
    expect(inPolygon(notch, 0.5, 0.2)).toBe(true)
    expect(inPolygon(notch, 0.5, 0.8)).toBe(false)
  })
})

describe('tracks', () => {
  test('one object, one id: trembling boxes, blinking scores and a label that flips change nothing', () => {
    const tracker = createTracker(1)
    const ids = new Set<string>()
    let still = 0
    for (let i = 0; i < 60; i += 1) {
      const tremble = (i % 3) * 6
      const label = i % 4 === 3 ? 'truck' : 'car'
      // Every fifth frame it is weak, every seventh it is not seen at all.
      const found =
        i % 7 === 6
          ? []
          : [seen(label, [300 + tremble, 500, 300, 200 - tremble], i % 5 === 4 ? 0.25 : 0.8)]
      for (const object of look(tracker, i * 500, ...found)) {
        ids.add(object.trackId)
        expect(object.zones).toEqual(['lane'])
        expect(object.label).toBe('car')
        still = object.stillMs
      }
    }
    expect(ids.size).toBe(1)
    expect(still).toBe(59 * 500)
  })

  test('a single weak or short-lived detection is no object (hysteresis)', () => {
    const tracker = createTracker(1)
    for (let i = 0; i < 10; i += 1)
      expect(look(tracker, i * 200, seen('person', [100, 100, 50, 100], 0.3))).toEqual([])
    expect(look(tracker, 3_000, seen('car', [600, 600, 100, 80]))).toEqual([])
    expect(look(tracker, 6_000)).toEqual([])
  })

  test('a parked car hidden by a passing bus keeps its id and its time', () => {
    const tracker = createTracker(1)
    for (let ts = 0; ts <= 10_000; ts += 500) look(tracker, ts, seen('car', [300, 500, 200, 150]))
    const before = look(tracker, 10_500, seen('car', [300, 500, 200, 150]))[0]
    for (let ts = 11_000; ts <= 18_000; ts += 500) look(tracker, ts)
    expect(look(tracker, 18_500)).toEqual([])
    const after = look(tracker, 19_000, seen('car', [302, 501, 200, 150]))[0]
    expect(after?.trackId).toBe(before?.trackId)
    expect(after?.stillMs).toBe(19_000)
  })

  test('a car that only passes is followed through the zone and never stands still', () => {
    const tracker = createTracker(1)
    const ids = new Set<string>()
    let still = 0
    for (let i = 0; i < 20; i += 1) {
      for (const object of look(tracker, i * 500, seen('car', [i * 90 - 200, 550, 300, 200]))) {
        ids.add(object.trackId)
        still = Math.max(still, object.stillMs)
      }
    }
    expect(ids.size).toBe(1)
    expect(still).toBeLessThan(1_000)
  })

  test('still time starts anew when what stood there moves on', () => {
    const tracker = createTracker(1)
    for (let ts = 0; ts < 8_000; ts += 500) look(tracker, ts, seen('car', [300, 500, 200, 150]))
    let last = 0
    for (let i = 0; i < 6; i += 1)
      last =
        look(tracker, 8_000 + i * 500, seen('car', [300 + i * 60, 500, 200, 150]))[0]?.stillMs ?? -1
    expect(last).toBe(0)
  })

  test('two people who walk side by side keep two ids; a person and a car never swap', () => {
    const tracker = createTracker(1)
    const ids = new Map<string, Set<string>>()
    for (let i = 0; i < 20; i += 1) {
      for (const object of look(
        tracker,
        i * 300,
        seen('person', [100 + i * 15, 300, 60, 160]),
        seen('person', [200 + i * 15, 300, 60, 160]),
        seen('car', [90 + i * 15, 290, 200, 200]),
      )) {
        const set = ids.get(object.label) ?? new Set()
        ids.set(object.label, set.add(object.trackId))
      }
    }
    expect(ids.get('person')?.size).toBe(2)
    expect(ids.get('car')?.size).toBe(1)
  })

  test('one frame in four seconds is enough to follow a parked car', () => {
    const tracker = createTracker(1)
    const ids = new Set<string>()
    for (let i = 0; i < 10; i += 1)
      for (const object of look(tracker, i * 4_000, seen('car', [300, 500, 200, 150])))
        ids.add(object.trackId)
    expect(ids.size).toBe(1)
  })

  test('car and truck on the same spot are one object, not two tickets', () => {
    const tracker = createTracker(1)
    look(tracker, 0, seen('car', [300, 500, 200, 150]), seen('truck', [305, 498, 200, 155], 0.6))
    expect(
      look(
        tracker,
        500,
        seen('car', [300, 500, 200, 150]),
        seen('truck', [305, 498, 200, 155], 0.6),
      ),
    ).toHaveLength(1)
  })

  test('trackers share nothing, ids differ between starts, and the number of tracks is bounded', () => {
    const one = createTracker(1)
    const two = createTracker(2)
    const crowd = Array.from({ length: 400 }, (_, i) =>
      seen('person', [(i % 40) * 25, Math.floor(i / 40) * 90, 20, 60]),
    )
    look(one, 0, ...crowd)
    expect(look(one, 200, ...crowd).length).toBeLessThanOrEqual(200)
    look(two, 0, seen('car', [1, 1, 50, 50]))
    const [car] = look(two, 200, seen('car', [1, 1, 50, 50]))
    expect(car?.trackId).toBe('2-1')
  })

  test('a camera clock that jumps back does not break tracks', () => {
    const tracker = createTracker(1)
    look(tracker, 10_000, seen('car', [300, 500, 200, 150]))
    const [object] = look(tracker, 5_000, seen('car', [300, 500, 200, 150]))
    expect(object?.stillMs).toBe(0)
  })
})

describe('the clock of a camera', () => {
  const parked = seen('car', [400, 600, 150, 100])
  const at = (tracker: Tracker, ts: number, receivedAt: number, ...found: (typeof parked)[]) =>
    tracker.update({ widthPx: 1000, heightPx: 1000, detections: found }, ts, { zones }, receivedAt)
      .objects

  test('set back by an hour neither stops the time of what stands there nor keeps what has left', () => {
    const tracker = createTracker(1)
    for (let s = 0; s <= 10; s += 1) at(tracker, 7_200_000 + s * 1_000, s * 1_000, parked)
    const back = 3_600_000
    for (let s = 11; s <= 20; s += 1) at(tracker, back + s * 1_000, s * 1_000, parked)
    const [car] = at(tracker, back + 21_000, 21_000, parked)
    expect(car).toMatchObject({ stillMs: 21_000, zonesSince: [back], firstSeenAt: back })
    for (let s = 22; s < 60; s += 1) at(tracker, back + s * 1_000, s * 1_000)
    expect(at(tracker, back + 60_000, 60_000)).toEqual([])
  })

  test('that jumps by a day with every frame loses nothing', () => {
    const tracker = createTracker(1)
    for (let s = 0; s < 20; s += 1)
      at(tracker, 86_400_000 * (1 + (s % 2)) + s * 1_000, s * 1_000, parked)
    expect(at(tracker, 86_400_000 + 20_000, 20_000, parked)).toMatchObject([{ stillMs: 20_000 }])
  })

  test('after an hour without frames what stood there is not known to have stayed', () => {
    const tracker = createTracker(1)
    for (let s = 0; s <= 10; s += 1) at(tracker, s * 1_000, s * 1_000, parked)
    at(tracker, 3_700_000, 3_700_000, parked)
    expect(at(tracker, 3_701_000, 3_701_000, parked)).toMatchObject([{ stillMs: 1_000 }])
  })
})
