import { describe, expect, test } from 'vitest'
import type { Input } from '../../../gateway/model/input.ts'
import { batteryTrend, noteBattery } from '../../../gateway/device-health/battery-trend.ts'
import { reading } from '../rules/stand.ts'
import { aDevice, beat, brief, community, healthFor, play, start, status, t0 } from './stand.ts'

const s = 1_000
const minute = 60 * s
const hour = 60 * minute
const day = 24 * hour

const beats = (everyMs: number, from: number, to: number): Input[] => {
  const inputs: Input[] = []
  for (let at = from; at < to; at += everyMs) inputs.push(beat(at))
  return inputs
}

describe('a learned cadence', () => {
  test('a minute sensor that never said so is missed after minutes, not after a day', () => {
    const { engine } = healthFor([aDevice('d')])
    const effects = play(engine, beats(minute, 0, 2 * day), 3 * day)
    const [raised] = effects
    expect(effects).toHaveLength(1)
    expect(((raised?.at ?? 0) - t0 - 2 * day) / minute).toBeLessThan(5)
    const health = engine.states(community, t0 + 2 * day).get('d')
    expect(health?.cadence).toMatchObject({ source: 'learned' })
    expect(health?.cadence?.typicalMs).toBeGreaterThan(55 * s)
    expect(health?.cadence?.typicalMs).toBeLessThan(65 * s)
  })

  test('a battery sensor that speaks hourly is no false alarm, and a dead one not "online"', () => {
    const { engine } = healthFor([aDevice('d')])
    expect(play(engine, beats(hour, 0, 10 * day), 10 * day)).toEqual([])
    // Its bridge goes on saying "online", which it heard long ago.
    const claims = Array.from({ length: 20 }, (_, i) => status(true, 10 * day + i * 10 * minute))
    const effects = play(engine, claims, 11 * day)
    expect(effects).toHaveLength(1)
    expect(engine.states(community, t0 + 11 * day).get('d')?.state).toBe('offline')
  })

  test('what was said is believed more than what was learned', () => {
    const { engine } = healthFor([aDevice('d', { intervalMs: hour })])
    play(engine, beats(minute, 0, 2 * day))
    const health = engine.states(community, t0 + 2 * day).get('d')
    expect(health?.cadence).toEqual({
      typicalMs: hour,
      silentAfterMs: 3 * hour,
      source: 'declared',
    })
  })

  test('our own nights teach nothing', () => {
    const { engine } = healthFor([aDevice('d')])
    const inputs: Input[] = []
    for (let n = 0; n < 20; n += 1)
      inputs.push(
        start(n === 0 ? null : n * day - 10 * hour, n * day),
        ...beats(minute, n * day + 30 * s, n * day + 14 * hour),
      )
    expect(play(engine, inputs)).toEqual([])
    const health = engine.states(community, t0 + 20 * day - 10 * hour).get('d')
    expect(health?.cadence?.silentAfterMs).toBeLessThan(5 * minute)
  })

  test('another device under the same name is learned anew', () => {
    const { engine } = healthFor([aDevice('d')])
    const info = (model: string, at: number): Input => ({
      kind: 'info',
      community,
      device: 'd',
      info: { type: 'sensor', model },
      client: 'd',
      receivedAt: t0 + at,
    })
    play(engine, [info('A', 0), ...beats(minute, 0, 2 * day), info('B', 2 * day)])
    expect(engine.states(community, t0 + 2 * day).get('d')?.cadence?.source).toBe('default')
  })
})

describe('flapping', () => {
  const flap = (count: number, everyMs: number, from = hour): Input[] =>
    Array.from({ length: count }, (_, i) => [
      status(false, from + i * everyMs),
      status(true, from + i * everyMs + 20 * s),
      beat(from + i * everyMs + 21 * s),
    ]).flat()
  const devices = [aDevice('d', { intervalMs: minute })]

  test('twenty drops are one report, which ends once it has been stable', () => {
    const { engine } = healthFor(devices)
    const inputs = [
      ...beats(minute, 0, hour),
      ...flap(20, 3 * minute),
      ...beats(minute, hour + 58 * minute, 4 * hour),
    ]
    const effects = play(engine, inputs, 4 * hour - minute)
    expect(brief(effects).map((line) => line.replace(/@.*/, ''))).toEqual([
      '+device.offline:d',
      '-device.offline:d',
    ])
    const [raised] = effects
    if (raised?.kind !== 'raise') throw new Error('no report')
    expect(raised.title).toEqual({ zh: '设备 d 时断时续', en: '设备 d comes and goes' })
    expect(raised.rule.id).toBe('device-offline-unstable')
    expect(brief(effects)[1]).toBe(`-device.offline:d@${(hour + 57 * minute + 30 * minute) / s}`)
  })

  test('four drops are no report; it is shown as unstable only from the fifth', () => {
    const { engine } = healthFor(devices)
    play(engine, [...beats(minute, 0, hour), ...flap(4, 3 * minute)])
    expect(engine.states(community, t0 + hour + 10 * minute).get('d')?.state).toBe('online')
    play(engine, flap(1, minute, hour + 12 * minute))
    expect(engine.states(community, t0 + hour + 13 * minute).get('d')?.state).toBe('unstable')
  })

  test('one that dies while it comes and goes stays reported', () => {
    const { engine } = healthFor(devices)
    const inputs = [...beats(minute, 0, hour), ...flap(6, 3 * minute)]
    const effects = play(engine, inputs, 6 * hour)
    expect(brief(effects).map((line) => line.replace(/@.*/, ''))).toEqual(['+device.offline:d'])
    expect(engine.states(community, t0 + 6 * hour).get('d')?.state).toBe('offline')
    expect(brief(play(engine, [beat(7 * hour)]))).toEqual([`-device.offline:d@${(7 * hour) / s}`])
  })
})

describe('a wrong clock', () => {
  const devices = [aDevice('d', { intervalMs: minute })]
  const clocked = (offsetMs: number, from: number, to: number, jitterMs = 800): Input[] => {
    const inputs: Input[] = []
    for (let at = from, n = 0; at < to; at += minute, n += 1)
      inputs.push(beat(at, 'd', at + offsetMs - ((n * 617) % jitterMs)))
    return inputs
  }
  test.each([
    ['an hour slow', -hour, '慢了 60 分钟'],
    ['ten minutes fast, which is more than is taken', 10 * minute, '快了 10 分钟'],
    ['in 1970', -t0, '慢了'],
  ])('%s is reported once, and over when it is right', (_, offsetMs, words) => {
    const { engine } = healthFor(devices)
    const inputs = [...clocked(offsetMs, 0, 3 * hour), ...clocked(0, 3 * hour, 4 * hour)]
    const effects = play(engine, inputs)
    expect(brief(effects).map((line) => line.replace(/@.*/, ''))).toEqual([
      '+device.clock:d',
      '-device.clock:d',
    ])
    const [raised] = effects
    if (raised?.kind !== 'raise') throw new Error('no report')
    expect(raised.severity).toBe('minor')
    expect(raised.title.zh).toContain(words)
    expect(raised.at - t0).toBeLessThanOrEqual(25 * minute)
  })

  test('a minute is within bounds, and history that is delivered late is no drift', () => {
    const { engine } = healthFor(devices)
    expect(play(engine, clocked(-minute, 0, 3 * hour))).toEqual([])
    // A day of minutes, sent at two a second, while it goes on living.
    const history: Input[] = []
    for (let n = 0; n < 1_440; n += 1)
      history.push(beat(3 * hour + n * 500, 'd', 3 * hour - day + n * minute))
    expect(play(engine, history)).toEqual([])
    expect(engine.states(community, t0 + 5 * hour).get('d')?.clockOffsetMs).toBeGreaterThan(
      -2 * minute,
    )
  })

  test('one that sends no time has no clock to judge', () => {
    const { engine } = healthFor(devices)
    play(engine, beats(minute, 0, 2 * hour))
    expect(engine.states(community, t0 + 2 * hour).get('d')?.clockOffsetMs).toBeNull()
  })
})

describe('a battery', () => {
  const fall = (perDay: number, days: number): Input[] =>
    Array.from({ length: days * 4 }, (_, i) =>
      reading('d', 'battery', Math.round(60 - (perDay * i) / 4), i * 6 * hour),
    )
  test('that empties is given its days, once, on the ticket of the rule', () => {
    const { engine } = healthFor([aDevice('d')])
    const effects = play(engine, fall(2, 25))
    expect(effects).toHaveLength(1)
    const [note] = effects
    if (note?.kind !== 'add') throw new Error('no note')
    expect(note.key).toBe('device.battery-low:demo:d')
    const [evidence] = note.evidence
    expect(evidence).toMatchObject({
      text: { en: 'At the present rate it lasts about 5 more days' },
    })
  })
  test('that is new again is known as new', () => {
    const used = fall(2, 20).reduce(
      (points, input) =>
        input.kind === 'reading' ? noteBattery(points, input.ts, Number(input.value)) : points,
      noteBattery([], t0, 60),
    )
    expect(batteryTrend(used)).toMatchObject({ perDay: -2, daysLeft: 8 })
    expect(batteryTrend(noteBattery(used, t0 + 21 * day, 100))).toEqual({
      percent: 100,
      perDay: null,
      daysLeft: null,
    })
  })
  test('one absurd report bends nothing, and charging promises nothing', () => {
    let points = noteBattery([], t0, 80)
    for (let n = 1; n <= 12; n += 1)
      points = noteBattery(points, t0 + n * day, n === 6 ? 62 : 80 - n)
    expect(batteryTrend(points)?.perDay).toBeCloseTo(-1, 1)
    let rising = noteBattery([], t0, 40)
    for (let n = 1; n <= 12; n += 1) rising = noteBattery(rising, t0 + n * day, 40 + n)
    expect(batteryTrend(rising)?.daysLeft).toBeNull()
  })
})
