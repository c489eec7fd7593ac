import { describe, expect, test } from 'vitest'
import type { Input, SightingFact, TrackedObject } from '../../../gateway/model/input.ts'
import { aDevice, brief, community, engineFor, play, t0 } from './stand.ts'

const s = 1_000
const polygon: [number, number][] = [
  [0, 0.5],
  [1, 0.5],
  [1, 1],
  [0, 1],
]
const camera = aDevice('cam', {
  type: 'camera',
  camera: {
    priority: 'public',
    tasks: ['objects'],
    source: null,
    zones: [
      { id: 'lane', name: '东侧消防通道', kind: 'fire-lane', polygon },
      { id: 'yard', name: '院子', kind: 'area', polygon },
    ],
    staleAfterMs: 10_000,
  },
})
const sha256 = 'a'.repeat(64)

const car = (at: number, stillMs: number, more: Partial<TrackedObject> = {}): TrackedObject => ({
  trackId: 't1',
  label: 'car',
  score: 0.8,
  detection: { label: 'car', score: 0.8, boxPx: [10, 20, 100, 50] },
  zones: ['lane'],
  firstSeenAt: t0 + at - stillMs,
  stillMs,
  ...more,
})
const frame = (
  at: number,
  objects: readonly TrackedObject[],
  evidence: string | null = sha256,
): SightingFact => ({
  kind: 'sighting',
  community,
  camera: 'cam',
  ts: t0 + at,
  receivedAt: t0 + at,
  widthPx: 1280,
  heightPx: 720,
  objects,
  models: [{ name: 'yolox-nano', sha256 }],
  evidenceSha256: evidence,
})
/** A frame each second in `[from, to]`; the car has stood since `since`. */
const standing = (
  from: number,
  to: number,
  since = from,
  more: Partial<TrackedObject> = {},
  evidence: string | null = sha256,
): Input[] =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    frame(
      (from + index) * s,
      [car((from + index) * s, (from + index - since) * s, more)],
      evidence,
    ),
  )
const empty = (from: number, to: number): Input[] =>
  Array.from({ length: to - from + 1 }, (_, index) => frame((from + index) * s, []))

const run = (inputs: readonly Input[]) => play(engineFor([camera]).engine, inputs)

describe('a fire lane', () => {
  const cases: readonly [string, readonly Input[], readonly string[]][] = [
    ['in which a car stands', standing(0, 40), ['+vehicle.fire-lane@30']],
    [
      'through which cars pass',
      Array.from({ length: 60 }, (_, i) => frame(i * s, [car(i * s, 500, { trackId: `t${i}` })])),
      [],
    ],
    ['in which one stops for ten seconds', [...standing(0, 10), ...empty(11, 60)], []],
    [
      'that is free again',
      [...standing(0, 40), ...empty(41, 70)],
      ['+vehicle.fire-lane@30', '-vehicle.fire-lane@60'],
    ],
    [
      'whose car is hidden for a moment',
      [...standing(0, 15), ...empty(16, 20), ...standing(21, 45, 15)],
      ['+vehicle.fire-lane@30'],
    ],
    [
      'whose track is lost and found',
      [...standing(0, 15), ...standing(16, 50, 16, { trackId: 't2' })],
      ['+vehicle.fire-lane@30'],
    ],
    ['beside which a car stands', standing(0, 60, 0, { zones: ['yard'] }), []],
    ['in which somebody stands', standing(0, 60, 0, { label: 'person' }), []],
    ['in which a doubtful car stands', standing(0, 60, 0, { score: 0.1 }), []],
  ]
  test.each(cases)('%s', (_, inputs, expected) => {
    expect(brief(run(inputs))).toEqual(expected)
  })

  test('shows the frame, the box, the zone and the models', () => {
    const [raised] = run(standing(0, 31))
    expect(raised).toMatchObject({
      kind: 'raise',
      key: 'vehicle.fire-lane:demo:cam:lane',
      description: { zh: expect.stringContaining('东侧消防通道') },
      evidence: [
        {
          kind: 'frame',
          device: 'cam',
          sha256,
          widthPx: 1280,
          subjectPx: [10, 20, 100, 50],
          zone: polygon,
          models: [{ name: 'yolox-nano', sha256 }],
        },
      ],
    })
  })

  test('shows the newest frame that was kept while it stood, waits a moment where there is none', () => {
    const kept = [
      ...standing(0, 25, 0, {}, null),
      ...standing(26, 26, 0),
      ...standing(27, 31, 0, {}, null),
    ]
    expect(run(kept)).toMatchObject([
      { at: t0 + 30 * s, evidence: [{ kind: 'frame', ts: t0 + 26 * s }] },
    ])
    const late = run([...standing(0, 35, 0, {}, null), ...standing(36, 38, 0)])
    expect(late.map((effect) => effect.evidence.length)).toEqual([0, 1])
  })

  test('a camera that goes dark neither raises nor ends it; one that looked and saw nothing ends it', () => {
    const { engine } = engineFor([camera])
    expect(brief(play(engine, standing(0, 31)))).toEqual(['+vehicle.fire-lane@30'])
    expect(play(engine, standing(3_600, 3_605, 3_600))).toEqual([])
    const looked: Input = {
      kind: 'coverage',
      community,
      device: 'cam',
      from: t0 + 3_606 * s,
      to: t0 + 3_640 * s,
      receivedAt: t0 + 3_640 * s,
    }
    expect(brief(play(engine, [looked]))).toEqual(['-vehicle.fire-lane@3640'])
  })

  test('a camera clock that jumps ahead makes no car stand longer', () => {
    const jumped = standing(250, 260, 0).map((input) => ({
      ...input,
      receivedAt: input.receivedAt - 235 * s,
    }))
    expect(run([...standing(0, 14), ...jumped])).toEqual([])
  })
})
