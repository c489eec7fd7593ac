import { describe, expect, test } from 'vitest'
import type { CameraSettings } from '../../../contracts/roster.ts'
import type { Crossing } from '../../../gateway/model/input.ts'
import { type LineSide, passLines, type Point } from '../../../gateway/vision/lines.ts'
import { createTracker } from '../../../gateway/vision/tracker.ts'
import { mulberry } from '../../detectors/support.ts'
import { seen } from './support.ts'

type Line = NonNullable<CameraSettings['lines']>[number]
/** From left to right across the picture: who comes down, towards the viewer, goes to its right. */
const across: Line = { id: 'gate', name: '东门', from: [0.2, 0.5], to: [0.8, 0.5] }
const walk = (line: Line, points: readonly Point[]): string[] => {
  const sides = new Map<string, LineSide>()
  return points.flatMap((point) =>
    passLines([line], sides, point, 9 / 16).map((it) => it.direction),
  )
}

describe('crossing a line', () => {
  test('from its left to its right is in, the other way is out, and turned round it is the reverse', () => {
    const down: Point[] = [
      [0.5, 0.3],
      [0.5, 0.7],
    ]
    expect(walk(across, down)).toEqual(['in'])
    expect(walk(across, down.toReversed())).toEqual(['out'])
    const turned = { ...across, from: across.to, to: across.from }
    expect(walk(turned, down)).toEqual(['out'])
  })

  test('who goes round its end has not crossed it, and is on the other side all the same', () => {
    const round: Point[] = [
      [0.5, 0.3],
      [0.9, 0.4],
      [0.9, 0.6],
      [0.5, 0.7],
    ]
    expect(walk(across, round)).toEqual([])
    expect(walk(across, [...round, [0.5, 0.3]])).toEqual(['out'])
  })

  test('who trembles on the line, or turns back on it, is counted once or never', () => {
    const tremble = Array.from({ length: 50 }, (_, i): Point => [0.5, 0.5 + (i % 2 ? 6e-3 : -6e-3)])
    expect(walk(across, [[0.5, 0.3], ...tremble, [0.5, 0.7]])).toEqual(['in'])
    expect(walk(across, [[0.5, 0.3], ...tremble, [0.5, 0.3]])).toEqual([])
    expect(walk(across, tremble)).toEqual([])
  })

  test('a line taken out of the roster is forgotten; one of no length counts nothing', () => {
    const sides = new Map<string, LineSide>()
    passLines([across], sides, [0.5, 0.3], 1)
    passLines([], sides, [0.5, 0.4], 1)
    expect(sides.size).toBe(0)
    expect(
      walk({ ...across, to: across.from }, [
        [0.1, 0.1],
        [0.9, 0.9],
      ]),
    ).toEqual([])
  })

  test('whatever way one takes: in and out alternate, and their balance says on which side one is', () => {
    // A line from edge to edge has no end to go round.
    const whole: Line = { id: 'whole', name: '', from: [-0.1, 0.2], to: [1.1, 0.8] }
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = mulberry(seed)
      const points: Point[] = [[0.1, 0.9]]
      for (let i = 0; i < 60; i += 1) points.push([random(), random()])
      const directions = walk(whole, [...points, [0.1, 0.9]])
      expect(directions.every((direction, i) => direction !== directions[i - 1])).toBe(true)
      expect(directions.length % 2, `seed ${seed}`).toBe(0)
    }
  })
})

describe('crossings of tracks', () => {
  const frame = { widthPx: 1000, heightPx: 1000 }
  const run = (boxes: (i: number) => Parameters<typeof seen>[1], label: string, steps = 20) => {
    const tracker = createTracker(1)
    const crossings: Crossing[] = []
    for (let i = 0; i < steps; i += 1) {
      const detections = [seen(label, boxes(i)), seen('face', boxes(i))]
      const settings = { zones: [], lines: [across] }
      crossings.push(...tracker.update({ ...frame, detections }, i * 500, settings).crossings)
    }
    return crossings
  }

  test('a person who walks through counts once, by the feet; the face does not count beside them', () => {
    const found = run((i) => [450, 100 + i * 30, 60, 160], 'person')
    expect(found).toEqual([
      { line: 'gate', trackId: expect.any(String), group: 'person', direction: 'in' },
    ])
  })

  test('a truck counts as a vehicle on its way out, a bicycle as a two-wheeler', () => {
    expect(run((i) => [400, 600 - i * 30, 200, 150], 'truck')).toMatchObject([
      { group: 'vehicle', direction: 'out' },
    ])
    expect(run((i) => [400, 100 + i * 30, 80, 100], 'bicycle')).toMatchObject([
      { group: 'two-wheeler', direction: 'in' },
    ])
  })

  test('many random walkers: each one counts for the side on which it began and ended', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = mulberry(seed)
      const down = seed % 2 === 0
      const speed = 20 + random() * 20
      const found = run(
        (i) => {
          const y = down ? 50 + i * speed : 850 - i * speed
          return [450 + random() * 10, y + random() * 8, 60, 100]
        },
        'person',
        21,
      )
      const [from, to] = down ? [150, 150 + 20 * speed] : [950, 950 - 20 * speed]
      const crosses = Math.min(from, to) < 480 && Math.max(from, to) > 520
      expect(found.map((it) => it.direction)).toEqual(crosses ? [down ? 'in' : 'out'] : [])
    }
  })
})
