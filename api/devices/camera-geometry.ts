import { CodedError } from '../../contracts/errors.ts'
import type { CameraSettings } from '../../contracts/roster.ts'

type Point = readonly [number, number]

/** Strokes that end a hair outside the picture are meant; pixels are not. */
const slack = 0.05
const isOutside = ([x, y]: Point): boolean =>
  [x, y].some((at) => !Number.isFinite(at) || at < -slack || at > 1 + slack)

/**
 * Zones, lines and masks lie in relative coordinates, 0..1. One in pixels would lie outside the picture and
 * mask or watch nothing, without a word.
 *
 * @throws CodedError `request.invalid` naming the shape
 */
export function checkGeometry({ zones, lines = [], masks = [] }: CameraSettings): void {
  const shapes: readonly { readonly name: string; readonly points: readonly Point[] }[] = [
    ...zones.map(({ id, polygon }) => ({ name: `zone ${id}`, points: polygon })),
    ...lines.map(({ id, from, to }) => ({ name: `line ${id}`, points: [from, to] })),
    ...masks.map((points, at) => ({ name: `mask ${at + 1}`, points })),
  ]
  for (const { name, points } of shapes) {
    if (points.some(isOutside))
      throw new CodedError(
        'request.invalid',
        `${name}: coordinates are shares of the picture, 0 to 1`,
      )
  }
  for (const ids of [zones.map(({ id }) => id), lines.map(({ id }) => id)]) {
    const twice = ids.find((id, at) => ids.indexOf(id) !== at)
    if (twice !== undefined) throw new CodedError('request.invalid', `id ${twice} is there twice`)
  }
}
