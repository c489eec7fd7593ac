import { describe, expect, test } from 'vitest'
import type { Input } from '../../../gateway/model/input.ts'
import { createRuleEngine } from '../../../gateway/rules/rule-engine.ts'
import { reading } from '../rules/stand.ts'
import {
  aCamera,
  aDevice,
  beat,
  brief,
  camera as state,
  community,
  healthFor,
  play,
  rosterOf,
  shippedRules,
  start,
  status,
  t0,
} from './stand.ts'

const s = 1_000
const minute = 60 * s
const hour = 60 * minute

describe('a device that falls silent', () => {
  const cases: readonly [string, readonly Input[], number, readonly string[]][] = [
    ['is missing after three intervals', [beat(0)], 5 * minute, ['+device.offline:d@180']],
    [
      'is back with its next message, however old that tells',
      [beat(0), beat(4 * minute, 'd', -hour)],
      5 * minute,
      ['+device.offline:d@180', '-device.offline:d@240'],
    ],
    [
      'is not missing while it speaks',
      [beat(0), beat(2 * minute), beat(4 * minute)],
      5 * minute,
      [],
    ],
    ['was never heard of: nothing is known, nothing is said', [], hour, []],
    [
      'says so itself: half a minute of grace',
      [beat(0), status(false, 10 * s)],
      2 * minute,
      ['+device.offline:d@40'],
    ],
    [
      'comes back within the grace',
      [beat(0), status(false, 10 * s), status(true, 30 * s)],
      2 * minute,
      [],
    ],
    ['is offline from the first we hear of it: a baseline', [status(false, 0, true)], hour, []],
    [
      'went offline while we did not listen',
      [beat(0), status(false, 10 * s, true)],
      2 * minute,
      ['+device.offline:d@40'],
    ],
    [
      'an old "online" of the broker proves nothing',
      [beat(0), status(true, 4 * minute, true)],
      5 * minute,
      ['+device.offline:d@180'],
    ],
    [
      'was silent only because we were down',
      [beat(0), start(minute, 3 * hour), beat(3 * hour + 90 * s)],
      3 * hour + 2 * minute,
      [],
    ],
    [
      'stays silent after we are back',
      [beat(0), start(2.9 * minute, 3 * hour)],
      3 * hour + 5 * minute,
      [`+device.offline:d@${3 * 3_600 + 60}`],
    ],
  ]
  test.each(cases)('%s', (_, inputs, until, expected) => {
    const { engine } = healthFor([aDevice('d', { intervalMs: minute })])
    expect(brief(play(engine, inputs, until))).toEqual(expected)
  })

  test('one that never says how often it reports has a day, or its own word for it', () => {
    const { engine } = healthFor([aDevice('d')])
    expect(brief(play(engine, [beat(0)], 30 * hour))).toEqual(
      [`+device.offline:d@${26 * 3_600 + 3}`].map(() =>
        expect.stringMatching(/^\+device\.offline:d@936/),
      ),
    )
    const told = healthFor([aDevice('d')]).engine
    const info: Input = {
      kind: 'info',
      community,
      device: 'd',
      info: { intervalMs: minute },
      client: 'd',
      receivedAt: t0,
    }
    expect(brief(play(told, [info, beat(0)], hour))).toEqual(['+device.offline:d@180'])
  })

  test('a camera has its own rules, and what is not approved is nobody of ours', () => {
    const { engine } = healthFor([
      aDevice('d', { type: 'camera', intervalMs: minute }),
      aDevice('p', { state: 'pending', intervalMs: minute }),
    ])
    const inputs = [
      beat(0),
      beat(0, 'p'),
      reading('p', 'smoke', true, 0),
      reading('stranger', 'smoke', true, 0),
    ]
    expect(play(engine, inputs, hour)).toEqual([])
  })

  test('withdrawn from the roster, its alarms end and nothing of it is kept', () => {
    const { engine, roster } = healthFor([aDevice('d', { intervalMs: minute })])
    expect(brief(play(engine, [beat(0)], 4 * minute))).toEqual(['+device.offline:d@180'])
    roster.patch({
      base: 1,
      version: 2,
      devices: { upsert: [aDevice('d', { state: 'blocked' })], remove: [] },
    })
    const after = engine.apply({ kind: 'tick', receivedAt: t0 + 5 * minute })
    expect(brief(after)).toEqual(['-device.offline:d@300'])
    expect(engine.nextDueAt()).toBeNull()
    expect(
      engine
        .takeDirty()
        .filter(({ value }) => value !== null)
        .map(({ key }) => key),
    ).toEqual(['health/meta'])
  })

  test('removed at its bridge it is not missed, until it is heard again', () => {
    const { engine } = healthFor([aDevice('d', { intervalMs: minute })])
    const gone: Input = {
      kind: 'gone',
      community,
      device: 'd',
      receivedAt: t0 + 4 * minute,
      reason: 'removed',
    }
    expect(brief(play(engine, [beat(0), gone], hour))).toEqual([
      '+device.offline:d@180',
      '-device.offline:d@240',
    ])
    expect(engine.states(community, t0 + hour).get('d')?.state).toBe('unknown')
    expect(brief(play(engine, [beat(2 * hour)], 3 * hour))).toEqual(['+device.offline:d@7380'])
  })
})

describe('a camera', () => {
  const camera = aCamera('d')
  const cases: readonly [string, readonly Input[], readonly string[]][] = [
    ['that dies', [state('ok', 0), state('offline', 20 * s, 10 * s)], ['+camera.offline:d@15']],
    ['that only stumbles', [state('ok', 0), state('offline', 20 * s), state('ok', 22 * s)], []],
    ['that nobody has connected yet', [state('offline', 0)], []],
    [
      'whose will speaks before the hub',
      [state('ok', 0), status(false, 15 * s), state('offline', 20 * s, 10 * s)],
      ['+camera.offline:d@15'],
    ],
    [
      'that is not back yet when we are',
      [state('ok', 0), start(s, 10 * s), state('offline', 20 * s), state('ok', 30 * s)],
      [],
    ],
  ]
  test.each(cases)('%s', (_, inputs, expected) => {
    expect(brief(play(healthFor([camera]).engine, inputs, 5 * minute))).toEqual(expected)
  })

  test('that freezes, then dies: the rules end the one, health begins the other', () => {
    const inputs = [state('ok', 0), state('frozen', 20 * s), state('offline', minute)]
    const rules = createRuleEngine({ roster: rosterOf([camera]), rules: shippedRules() })
    expect(brief(play(rules, inputs, hour))).toEqual(['+camera.frozen:d@25', '-camera.frozen:d@60'])
    expect(brief(play(healthFor([camera]).engine, inputs, hour))).toEqual(['+camera.offline:d@65'])
  })
})
