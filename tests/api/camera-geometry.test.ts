import { expect, test } from 'vitest'
import { checkGeometry } from '../../api/devices/camera-geometry.ts'
import type { CameraSettings } from '../../contracts/roster.ts'

const camera = (more: Partial<CameraSettings>): CameraSettings => ({
  priority: 'public',
  tasks: ['objects'],
  source: null,
  zones: [],
  staleAfterMs: 30_000,
  ...more,
})
const whole: [number, number][] = [
  [0, 0],
  [1, 0],
  [1.01, 1],
]
const zone = (id: string, polygon = whole) => ({ id, name: id, kind: 'area' as const, polygon })

test('shares of the picture pass, a hair outside too', () => {
  expect(() =>
    checkGeometry(
      camera({
        zones: [zone('a'), zone('b')],
        masks: [whole],
        lines: [{ id: 'a', name: 'a', from: [0, 0.5], to: [1, 0.5] }],
      }),
    ),
  ).not.toThrow()
})

test.each([
  [
    'a mask in pixels',
    {
      masks: [
        [
          [600, 100],
          [900, 100],
          [900, 600],
        ] as [number, number][],
      ],
    },
    /mask 1/,
  ],
  [
    'a zone in per cent',
    {
      zones: [
        zone('yard', [
          [0, 0],
          [50, 0],
          [50, 50],
        ]),
      ],
    },
    /zone yard/,
  ],
  [
    'a line in pixels',
    { lines: [{ id: 'gate', name: '', from: [0, 0], to: [640, 0] }] },
    /line gate/,
  ],
  ['two zones of one id', { zones: [zone('a'), zone('a')] }, /id a is there twice/],
] as [string, Partial<CameraSettings>, RegExp][])('%s is refused by its name', (_, more, words) => {
  expect(() => checkGeometry(camera(more))).toThrow(words)
})
