import type { CameraSettings } from '../../contracts/roster.ts'
import type { Crossing } from '../model/input.ts'

type Line = NonNullable<CameraSettings['lines']>[number]
export type Point = readonly [x: number, y: number]

/** On which side of a line a track last was beyond doubt, and where. */
export interface LineSide {
  readonly side: 'left' | 'right'
  readonly at: Point
}

/** So far from the line, relative to the picture's long side, there is no doubt of the side. */
const doubt = 0.008

/**
 * Follows one ground point past the lines of a camera. A line is passed when the point is beyond doubt
 * on the other side and its way there went through the line, not round its end; a point that trembles
 * on the line passes it once or never.
 *
 * @param sides what is known of this track, by line; changed in place, lines no longer there taken out
 * @param ground relative coordinates 0..1
 * @param aspect height over width of the picture, so that distances are those that one sees
 */
export function passLines(
  lines: readonly Line[],
  sides: Map<string, LineSide>,
  ground: Point,
  aspect: number,
): Pick<Crossing, 'line' | 'direction'>[] {
  const passed: Pick<Crossing, 'line' | 'direction'>[] = []
  for (const line of lines) {
    const side = sideOf(line, ground, aspect)
    if (side === null) continue
    const before = sides.get(line.id)
    sides.set(line.id, { side, at: ground })
    if (before === undefined || before.side === side) continue
    if (!meet(before.at, ground, line.from, line.to)) continue
    passed.push({ line: line.id, direction: side === 'right' ? 'in' : 'out' })
  }
  for (const id of sides.keys()) if (!lines.some((line) => line.id === id)) sides.delete(id)
  return passed
}

/**
 * Left or right as seen from the line's first point to its second (y runs downwards), null while too
 * close to say.
 */
function sideOf({ from, to }: Line, [x, y]: Point, aspect: number): 'left' | 'right' | null {
  const dx = to[0] - from[0]
  const dy = (to[1] - from[1]) * aspect
  const length = Math.hypot(dx, dy)
  if (length === 0) return null
  const distance = (dx * (y - from[1]) * aspect - dy * (x - from[0])) / length
  if (Math.abs(distance) < doubt * Math.max(1, aspect)) return null
  return distance > 0 ? 'right' : 'left'
}

/** Whether the ways a-b and c-d have a point in common. */
function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  return turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0
}

const turn = (a: Point, b: Point, c: Point): number =>
  Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

/** The group under which a crossing counts; null for what is only a part of something (a face). */
export function crossingGroup(group: string): Crossing['group'] | null {
  return group === 'person' || group === 'vehicle' || group === 'two-wheeler' ? group : null
}
