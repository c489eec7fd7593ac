import { describe, expect, test } from 'vitest'
import type { Input } from '../../../gateway/model/input.ts'
import { aDevice, brief, community, engineFor, play, reading, t0 } from './stand.ts'

const s = 1_000
const minute = 60 * s
const hour = 60 * minute

const state = (what: 'ok' | 'offline' | 'frozen', at: number, since = at): Input => ({
  kind: 'camera-state',
  community,
  camera: 'd',
  state: what,
  since: t0 + since,
  receivedAt: t0 + at,
})

describe('a device', () => {
  test('that is not approved is nobody of ours', () => {
    const { engine } = engineFor([aDevice('p', { state: 'pending', intervalMs: minute })])
    const inputs = [reading('p', 'smoke', true, 0), reading('stranger', 'smoke', true, 0)]
    expect(play(engine, inputs, hour)).toEqual([])
  })

  test('withdrawn from the roster, its alarms end', () => {
    const { engine, roster } = engineFor([aDevice('d', { intervalMs: minute })])
    expect(brief(play(engine, [reading('d', 'smoke', true, 0)], 4 * minute))).toEqual([
      '+smoke.alarm@2',
    ])
    roster.patch({
      base: 1,
      version: 2,
      devices: { upsert: [aDevice('d', { state: 'blocked' })], remove: [] },
    })
    const after = engine.apply({ kind: 'tick', receivedAt: t0 + 5 * minute })
    expect(brief(after)).toEqual(['-smoke.alarm@300'])
    expect(engine.nextDueAt()).toBeNull()
    expect(
      engine
        .takeDirty()
        .filter(({ value }) => value !== null)
        .map(({ key }) => key),
    ).toEqual(['rules/meta'])
  })
})

describe('a camera', () => {
  const camera = aDevice('d', {
    type: 'camera',
    camera: { priority: 'public', tasks: [], source: null, zones: [], staleAfterMs: 10_000 },
  })
  const cases: readonly [string, readonly Input[], readonly string[]][] = [
    [
      'that freezes and recovers',
      [state('ok', 0), state('frozen', 20 * s), state('ok', minute)],
      ['+camera.frozen@25', '-camera.frozen@60'],
    ],
    [
      'that freezes, then dies: that it is gone is told elsewhere',
      [state('ok', 0), state('frozen', 20 * s), state('offline', minute)],
      ['+camera.frozen@25', '-camera.frozen@60'],
    ],
  ]
  test.each(cases)('%s', (_, inputs, expected) => {
    expect(brief(play(engineFor([camera]).engine, inputs, 5 * minute))).toEqual(expected)
  })
})
