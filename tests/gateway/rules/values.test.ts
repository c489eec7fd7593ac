import { describe, expect, test } from 'vitest'
import type { Input } from '../../../gateway/model/input.ts'
import { aDevice, brief, engineFor, play, reading, t0 } from './stand.ts'

const s = 1_000
const minute = 60 * s

interface Case {
  readonly name: string
  readonly inputs: readonly Input[]
  readonly untilMs: number
  readonly expected: readonly string[]
}

const run = ({ inputs, untilMs }: Case): string[] =>
  brief(play(engineFor([aDevice('d', { type: 'street-light' })]).engine, inputs, untilMs))

const d = (name: string, value: number | boolean | string, atMs: number, more = {}) =>
  reading('d', name, value, atMs, more)

const beat = (at: number) =>
  ({
    kind: 'beat',
    community: 'demo',
    device: 'd',
    ts: t0 + at,
    seq: null,
    receivedAt: t0 + at,
  }) as const

describe('booleans', () => {
  const cases: readonly Case[] = [
    {
      name: 'one message and silence is an alarm once the duration has passed',
      inputs: [d('smoke', true, 0)],
      untilMs: 10 * s,
      expected: ['+smoke.alarm@2'],
    },
    {
      name: 'a flicker shorter than the duration is none',
      inputs: [
        d('smoke', true, 0),
        d('smoke', false, 1_500),
        d('smoke', true, 3 * s),
        d('smoke', false, 4 * s),
      ],
      untilMs: minute,
      expected: [],
    },
    {
      name: 'the all-clear ends it, and the next time is a new one',
      inputs: [d('gas', true, 0), d('gas', false, 10 * s), d('gas', true, 20 * s)],
      untilMs: minute,
      expected: ['+gas.alarm@2', '-gas.alarm@10', '+gas.alarm@22'],
    },
    {
      name: 'a call for help does not wait, and a press after a minute is a new call',
      inputs: [d('sos', true, 0), d('sos', true, 30 * s), d('sos', true, 90 * s)],
      untilMs: 91 * s,
      expected: ['+sos.pressed@0', '-sos.pressed@60', '+sos.pressed@90'],
    },
    {
      name: 'the first value ever is a baseline where no life is at stake',
      inputs: [d('liftFault', true, 0)],
      untilMs: minute,
      expected: [],
    },
    {
      name: 'from then on it counts',
      inputs: [d('liftFault', false, 0), d('liftFault', true, 5 * s)],
      untilMs: minute,
      expected: ['+lift.fault@15'],
    },
    {
      name: 'a text or a number is no boolean',
      inputs: [d('smoke', 'true', 0), d('smoke', 1, 5 * s)],
      untilMs: minute,
      expected: [],
    },
    {
      name: 'a street light that is dark by day is no fault',
      inputs: [d('lightOn', true, 0), d('lightOn', false, 10 * s)],
      untilMs: 5 * minute,
      expected: [],
    },
    {
      // 10:00 in China at t0; 20:00 is ten hours later.
      name: 'a street light that is dark at night is one',
      inputs: [
        d('lightOn', true, 0),
        d('lightOn', false, 600 * minute),
        d('lightOn', true, 610 * minute),
      ],
      untilMs: 611 * minute,
      expected: [`+light.out@${601 * 60}`, `-light.out@${610 * 60}`],
    },
    {
      name: 'two readings delivered at once show the duration in event time',
      inputs: [
        d('smoke', true, 0, { receivedAt: t0 + 60 * s }),
        d('smoke', false, 30 * s, { receivedAt: t0 + 60 * s }),
      ],
      untilMs: 2 * minute,
      expected: ['+smoke.alarm@2', '-smoke.alarm@30'],
    },
  ]
  test.each(cases)('$name', (item) => {
    expect(run(item)).toEqual(item.expected)
  })
})

describe('thresholds', () => {
  const cases: readonly Case[] = [
    {
      name: 'beyond the level for the duration, over below the lower one',
      inputs: [0, 30, 60, 90, 120, 150, 180].map((at, index) =>
        d('noise', [50, 80, 82, 81, 67, 60, 60][index] ?? 0, at * s),
      ),
      untilMs: 5 * minute,
      expected: ['+noise.high@90', '-noise.high@210'],
    },
    {
      name: 'a dip restarts the duration',
      inputs: [0, 30, 60, 80, 100].map((at, index) =>
        d('noise', [50, 80, 69, 80, 60][index] ?? 0, at * s),
      ),
      untilMs: 5 * minute,
      expected: [],
    },
    {
      name: 'between the two levels nothing changes',
      inputs: [
        d('battery', 50, 0),
        d('battery', 14, 10 * s),
        d('battery', 20, 20 * s),
        d('battery', 14, 30 * s),
        d('battery', 100, 40 * s),
      ],
      untilMs: minute,
      expected: ['+device.battery-low@10', '-device.battery-low@40'],
    },
    {
      name: 'either side of a band',
      inputs: [
        d('ph', 7, 0),
        d('ph', 6.1, 10 * s),
        d('ph', 6.6, 60 * s),
        d('ph', 7, 70 * s),
        d('ph', 9, 80 * s),
      ],
      untilMs: 5 * minute,
      expected: ['+water.quality@40', '-water.quality@70', '+water.quality@110'],
    },
    {
      name: 'exactly at the limit is within it (GB 5749-2022: at most 1 NTU)',
      inputs: [d('turbidity', 0.2, 0), d('turbidity', 1, 10 * s), d('turbidity', 1, 60 * s)],
      untilMs: 5 * minute,
      expected: [],
    },
    {
      name: 'two rules of one anomaly: over when both are',
      inputs: [
        d('ph', 7, 0),
        d('turbidity', 0.2, 0),
        d('ph', 9, 10 * s),
        d('turbidity', 5, 10 * s),
        d('ph', 7, 60 * s),
        d('turbidity', 0.2, 70 * s),
      ],
      untilMs: 2 * minute,
      expected: ['+water.quality@40', '+water.quality@40', '-water.quality@70'],
    },
  ]
  test.each(cases)('$name', (item) => {
    expect(run(item)).toEqual(item.expected)
  })

  test('nothing ripens on the last word of a device that has gone silent', () => {
    const { engine } = engineFor([aDevice('d', { intervalMs: 10_000 })])
    const inputs = [beat(0), d('noise', 50, 0), beat(10 * s), d('noise', 90, 10 * s)]
    expect(brief(play(engine, inputs, 5 * minute))).toEqual([])
  })
})

describe('clocks and order', () => {
  const hour = 60 * minute
  const cases: readonly Case[] = [
    {
      name: 'what is older than what was applied changes nothing, and neither does a repeat',
      inputs: [
        d('smoke', false, 10 * s, { seq: 5 }),
        d('smoke', true, 5 * s, { seq: 4, receivedAt: t0 + 11 * s }),
        d('smoke', false, 10 * s, { seq: 5, receivedAt: t0 + 12 * s }),
      ],
      untilMs: minute,
      expected: [],
    },
    {
      name: 'history raises nothing, however bad it was',
      inputs: [50, 90, 90, 90, 50].map((value, index) =>
        d('noise', value, -10 * hour + index * 10 * minute, { seq: index, receivedAt: t0 + index }),
      ),
      untilMs: hour,
      expected: [],
    },
    {
      name: 'a life-safety alarm in history that was over raises nothing',
      inputs: [false, true, false].map((value, index) =>
        d('smoke', value, -10 * hour + index * minute, { seq: index, receivedAt: t0 + index }),
      ),
      untilMs: hour,
      expected: [],
    },
    {
      name: 'one that is the last word raises, late as it is',
      inputs: [d('sos', true, -10 * hour, { receivedAt: t0 })],
      untilMs: 30 * s,
      expected: [`+sos.pressed@${-10 * 3_600}`],
    },
    {
      name: 'a clock a day slow does not silence: the second message is reckoned by our clock',
      inputs: [50, 50, 90, 90, 90].map((value, index) =>
        d('noise', value, -24 * hour + index * 30 * s, {
          seq: index,
          receivedAt: t0 + index * 30 * s,
        }),
      ),
      untilMs: 3 * minute,
      expected: ['+noise.high@120'],
    },
    {
      name: 'a clock that is set back a day does not silence',
      inputs: [0, 1, 2, 3].map((index) =>
        d('liftFault', index > 1, (index > 0 ? -24 * hour : 0) + index * 30 * s, {
          seq: index,
          receivedAt: t0 + index * 30 * s,
        }),
      ),
      untilMs: 3 * minute,
      expected: ['+lift.fault@70'],
    },
    {
      name: 'nor without a count, at the price of one message',
      inputs: [0, 1, 2, 3].map((index) =>
        d('liftFault', index > 1, (index > 0 ? -24 * hour : 0) + index * 30 * s, {
          receivedAt: t0 + index * 30 * s,
        }),
      ),
      untilMs: 3 * minute,
      expected: ['+lift.fault@70'],
    },
    {
      name: 'a clock some minutes fast makes nothing ripen early or late',
      inputs: [50, 90, 90, 90].map((value, index) =>
        d('noise', value, 4 * minute + index * 30 * s, { receivedAt: t0 + index * 30 * s }),
      ),
      untilMs: 3 * minute,
      expected: ['+noise.high@90'],
    },
  ]
  test.each(cases)('$name', (item) => {
    expect(run(item)).toEqual(item.expected)
  })

  test('our own clock leaping a day ahead floods nobody', () => {
    const devices = Array.from({ length: 50 }, (_, index) =>
      aDevice(`d${index}`, { intervalMs: minute }),
    )
    const { engine } = engineFor(devices)
    const beats = (at: number): Input[] =>
      devices.map(({ id }) => ({
        kind: 'beat',
        community: 'demo',
        device: id,
        ts: t0 + at,
        seq: null,
        receivedAt: t0 + at,
      }))
    const before = play(engine, [...beats(0), ...beats(minute)])
    // No tick in between: the leap is one step.
    const leap = [...beats(24 * hour), ...beats(24 * hour + minute)].flatMap((input) =>
      engine.apply(input),
    )
    expect([...before, ...leap]).toEqual([])
  })

  test('our own clock set back a day keeps alarms alive', () => {
    const { engine } = engineFor([aDevice('d')])
    const back = -24 * hour
    const effects = play(
      engine,
      [d('smoke', false, 0), d('smoke', false, back), d('smoke', true, back + 10 * s)],
      back + minute,
    )
    expect(brief(effects)).toEqual([`+smoke.alarm@${back / 1000 + 12}`])
  })
})
