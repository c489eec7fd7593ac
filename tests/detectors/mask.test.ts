import { expect, test } from 'vitest'
import type { Polygon } from '../../contracts/detections.ts'
import { applyMasks } from '../../detectors/mask.ts'

const white = (widthPx: number, heightPx: number) => ({
  data: new Uint8Array(widthPx * heightPx * 3).fill(255),
  widthPx,
  heightPx,
})
const filled = (image: ReturnType<typeof white>): string[] =>
  Array.from({ length: image.heightPx }, (_, y) =>
    Array.from({ length: image.widthPx }, (__, x) =>
      image.data[(y * image.widthPx + x) * 3] === 255 ? '.' : '#',
    ).join(''),
  )

test('what a mask covers is one flat colour, the rest is untouched', () => {
  const image = white(8, 4)
  const mask: Polygon = [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.75, 0.75],
    [0.25, 0.75],
  ]
  applyMasks(image, [mask])
  expect(filled(image)).toEqual(['........', '..####..', '..####..', '........'])
  expect(new Set(image.data)).toEqual(new Set([255, 114]))
})

test('a polygon that crosses itself is filled by the even-odd rule, several masks add up', () => {
  const image = white(12, 12)
  const ring: Polygon = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
    [0.25, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
    [0.75, 0.25],
    [0.25, 0.25],
  ]
  applyMasks(image, [ring])
  expect(filled(image)[6]).toBe('###......###')
  applyMasks(image, [
    [
      [0.4, 0.4],
      [0.6, 0.4],
      [0.6, 0.6],
      [0.4, 0.6],
    ],
  ])
  expect(filled(image)[6]).toContain('####')
  expect(filled(image)[6]?.slice(4, 8)).toBe('####')
})

test('a mask that reaches out of the picture fills what is in it; no masks change nothing', () => {
  const image = white(4, 4)
  applyMasks(image, [])
  expect(filled(image).join('')).not.toContain('#')
  applyMasks(image, [
    [
      [-1, -1],
      [2, -1],
      [2, 2],
      [-1, 2],
    ],
  ])
  expect(filled(image).join('')).not.toContain('.')
})
