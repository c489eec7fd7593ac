import { describe, expect, test } from 'vitest'
import type { ZoneKind } from '../../../contracts/roster.ts'
import type { Input, TrackedObject } from '../../../gateway/model/input.ts'
import { aDevice, brief, community, engineFor, play, t0 } from './stand.ts'

const s = 1_000
const whole: [number, number][] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
]
/** 10:00 in Shanghai on Friday 2026-11-20. */
const nightOnly = [{ days: [0, 1, 2, 3, 4, 5, 6], from: '22:00', to: '06:00' }]
const camera = (kind: ZoneKind, schedule = [] as typeof nightOnly) =>
  aDevice('cam', {
    type: 'camera',
    camera: {
      priority: 'public',
      tasks: ['objects'],
      source: null,
      zones: [{ id: 'z', name: '区域', kind, polygon: whole, schedule }],
      staleAfterMs: 10_000,
    },
  })

interface Actor {
  readonly label: string
  /** Seconds of the play during which it is there, and since when it stands still. */
  readonly from: number
  readonly to: number
  readonly still?: boolean
  /** It was there when the camera began. */
  readonly native?: boolean
}
let serial = 0
const actor = (label: string, from: number, to: number, still = false): Actor => ({
  label,
  from,
  to,
  still,
})

const poster: Actor = { ...actor('person', 0, 200, true), native: true }

/** A frame a second for `seconds`, with who is there. */
function film(actors: readonly Actor[], seconds: number, startAt = t0): Input[] {
  const ids = actors.map(() => `t${(serial += 1)}`)
  return Array.from({ length: seconds + 1 }, (_, second): Input => {
    const ts = startAt + second * s
    const objects = actors.flatMap((one, index): TrackedObject[] => {
      if (second < one.from || second > one.to) return []
      const since = startAt + one.from * s
      return [
        {
          trackId: ids[index] ?? '',
          label: one.label,
          score: 0.6,
          detection: { label: one.label, score: 0.6, boxPx: [10, 20, 100, 50] },
          zones: ['z'],
          zonesSince: [since],
          firstSeenAt: since,
          stillMs: one.still === true ? ts - since : 0,
          ...(one.native === true ? { native: true } : {}),
        },
      ]
    })
    return {
      kind: 'sighting',
      community,
      camera: 'cam',
      ts,
      receivedAt: ts,
      widthPx: 1280,
      heightPx: 720,
      objects,
      models: [{ name: 'm', sha256: 'a'.repeat(64) }],
      evidenceSha256: 'b'.repeat(64),
    }
  })
}
const raisedBy = (
  kind: ZoneKind,
  actors: readonly Actor[],
  seconds: number,
  schedule?: typeof nightOnly,
  startAt?: number,
): string[] =>
  brief(play(engineFor([camera(kind, schedule)]).engine, film(actors, seconds, startAt)))

const many = (count: number, label: string, from: number, to: number): Actor[] =>
  Array.from({ length: count }, () => actor(label, from, to))
/** One after the other, 20 s each. */
const passers = (seconds: number): Actor[] =>
  Array.from({ length: seconds / 20 }, (_, i) => actor('person', i * 20, i * 20 + 19))

describe('video rules as shipped', () => {
  test.each([
    [
      'a car that stands',
      'no-parking',
      [actor('car', 0, 200, true)],
      200,
      'vehicle.illegal-parking',
    ],
    [
      'a heap of bicycles',
      'two-wheelers',
      [actor('bicycle', 0, 310, true)],
      310,
      'vehicle.illegal-parking',
    ],
    ['an e-bike in the lift', 'lift', [actor('motorcycle', 0, 6)], 6, 'ebike.in-lift'],
    ['somebody on the roof', 'intrusion', [actor('person', 0, 5)], 5, 'person.intrusion'],
    ['one who comes and stands', 'intrusion', [actor('person', 2, 8, true)], 9, 'person.intrusion'],
    ['one who walks up and down', 'loitering', [actor('person', 0, 200)], 200, 'person.loitering'],
    ['ten people', 'crowd', many(10, 'person', 0, 40), 40, 'crowd.gathered'],
    ['an umbrella on the road', 'road', [actor('umbrella', 0, 200, true)], 200, 'stall.on-road'],
  ] as const)('%s raises', (_, kind, actors, seconds, type) => {
    const raised = raisedBy(kind, actors, seconds)
    expect(raised).toHaveLength(1)
    expect(raised[0]).toContain(type)
  })

  test.each([
    ['a lorry that unloads for a minute', 'no-parking', [actor('truck', 0, 60, true)], 200],
    [
      'a truck that stops for ten seconds in the fire lane',
      'fire-lane',
      [actor('truck', 0, 10, true)],
      60,
    ],
    ['traffic', 'no-parking', [actor('car', 0, 200)], 200],
    ['a bicycle that rides through', 'two-wheelers', [actor('bicycle', 0, 310)], 310],
    ['people in the lift', 'lift', many(3, 'person', 0, 20), 20],
    ['a poster of somebody', 'intrusion', [poster], 200],
    ['a poster of somebody', 'loitering', [poster], 200],
    ['a cat on the roof', 'intrusion', [actor('cat', 0, 20)], 20],
    ['many who pass, none who stays', 'loitering', passers(600), 600],
    ['seven people', 'crowd', many(7, 'person', 0, 60), 60],
    ['ten people who cross for ten seconds', 'crowd', many(10, 'person', 0, 10), 100],
    ['an umbrella that is carried', 'road', [actor('umbrella', 0, 200)], 200],
  ] as const)('%s stays silent', (_, kind, actors, seconds) => {
    expect(raisedBy(kind, actors, seconds)).toEqual([])
  })

  test('a zone with a schedule looks at night only, and is over when the night ends', () => {
    const there = [actor('person', 0, 60)]
    expect(raisedBy('intrusion', there, 60, nightOnly)).toEqual([])
    const night = Date.UTC(2026, 10, 20, 21, 59, 30)
    const lines = raisedBy('intrusion', there, 60, nightOnly, night)
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('person.intrusion')
    expect(lines[1]).toMatch(/^-/)
  })

  test('a crowd goes on while some of it are hidden, and ends when it has gone', () => {
    const lines = raisedBy('crowd', [...many(6, 'person', 0, 90), ...many(4, 'person', 0, 40)], 200)
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/^-/)
  })

  test.each([
    ['covered', 'camera.covered', 6],
    ['defocused', 'camera.defocused', 61],
    ['moved', 'camera.moved', 61],
  ] as const)('a camera that is %s', (state, type, seconds) => {
    const fact = (what: 'ok' | typeof state, at: number): Input => ({
      kind: 'camera-state',
      community,
      camera: 'cam',
      state: what,
      since: t0 + at,
      receivedAt: t0 + at,
    })
    const tick: Input = { kind: 'tick', receivedAt: t0 + s + seconds * s }
    const lines = brief(
      play(engineFor([camera('area')]).engine, [
        fact('ok', 0),
        fact(state, s),
        tick,
        fact('ok', 200 * s),
      ]),
    )
    expect(lines[0]).toContain(type)
    expect(lines[1]).toMatch(/^-/)
  })
})
