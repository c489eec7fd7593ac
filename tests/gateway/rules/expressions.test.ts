import { describe, expect, test } from 'vitest'
import type { Input } from '../../../gateway/model/input.ts'
import { hour, inOrder, minute, minutely, rules, said, series, times } from './expression-stand.ts'
import { aDevice, brief, community, engineFor, play, reading, t0 } from './stand.ts'

describe('values of one device', () => {
  const book = rules('temperature > 30 && humidity > 80')
  test('several readings must hold at once; what was never heard is unknown', () => {
    const hot = series('a', 'temperature', minute, [31, 31, 31])
    expect(said(book, hot)).toEqual([])
    const both = [...hot, ...series('a', 'humidity', minute, [70, 85, 85, 60], 2.5 * minute)]
    expect(said(book, inOrder(both))).toEqual(['+air.quality@210', '-air.quality@330'])
  })

  test('a first value is a baseline, but for what is marked lifeSafety', () => {
    const smoke = [reading('a', 'smoke', true, 0)]
    expect(said(rules('smoke', '', 'smoke.alarm'), smoke)).toEqual([])
    const now = rules('smoke', '    lifeSafety: true', 'smoke.alarm')
    expect(said(now, smoke)).toEqual(['+smoke.alarm@0'])
  })

  test('holds for forMs by the clock, and what goes unknown meanwhile has not held', () => {
    const lasting = rules('temperature > 30', '    forMs: 120000')
    const inputs = series('a', 'temperature', minute, [20, 31])
    expect(said(lasting, inputs, 5 * minute)).toEqual(['+air.quality@180'])
    const offline: Input = {
      kind: 'status',
      community,
      device: 'a',
      online: false,
      retained: false,
      receivedAt: t0 + 90_000,
    }
    expect(said(lasting, [...inputs, offline], 5 * minute)).toEqual([])
  })

  test('hysteresis: over when clearWhen holds, unknown ends nothing', () => {
    const book = rules('temperature > 30', '    clearWhen: temperature < 25\n    clearForMs: 90000')
    const inputs = series('a', 'temperature', minute, [20, 31, 28, 24, 28, 24, 24, 24])
    expect(said(book, inputs)).toEqual(['+air.quality@60', '-air.quality@390'])
    expect(said(book, series('a', 'temperature', minute, [20, 31]), 10 * hour)).toEqual([
      '+air.quality@60',
    ])
  })

  test('a schedule lets it raise in its hours only; the all-clear always counts', () => {
    // t0 is 10:00 in China.
    const book = rules(
      'noise > 55',
      "    schedule: [{ days: [0, 1, 2, 3, 4, 5, 6], from: '22:00', to: '06:00' }]",
      'noise.high',
    )
    const loud = series(
      'a',
      'noise',
      10 * minute,
      times(80, () => 60),
    )
    expect(said(book, loud, undefined, [aDevice('a', { intervalMs: 10 * minute })])).toEqual([
      `+noise.high@${12 * 3600}`,
    ])
  })

  test('the hour of the day is a number', () => {
    const book = rules('hour >= 11 && motion', '', 'person.intrusion')
    const inputs = series('a', 'motion', 10 * minute, [
      false,
      true,
      false,
      true,
      false,
      false,
      true,
    ])
    expect(said(book, inputs, undefined, [aDevice('a', { intervalMs: 10 * minute })])).toEqual([
      '+person.intrusion@3600',
    ])
  })
})

describe('devices around it', () => {
  const smokes = rules(
    'place.count(smoke) >= 2',
    '    about: place\n    lifeSafety: true',
    'smoke.alarm',
  )
  const here = ['a', 'b', 'c'].map((id) => minutely(id, { type: 'smoke' }))

  test('n of m: two of three, whoever they are, and one anomaly of the place', () => {
    const inputs = inOrder(
      series('a', 'smoke', minute, [false, true, true, true, false]),
      series('b', 'smoke', minute, [false, false, true, true, true]),
      series('c', 'smoke', minute, [false, false, false, false, false]),
    )
    const effects = play(engineFor(here, smokes).engine, inputs)
    expect(brief(effects)).toEqual(['+smoke.alarm@120', '-smoke.alarm@240'])
    expect(effects[0]).toMatchObject({
      key: 'smoke.alarm:demo:place/6 号楼',
      subject: { kind: 'place', id: '6 号楼' },
      description: { zh: '设备 a、设备 b、设备 c' },
    })
    expect(effects[0]?.evidence.slice(0, 2)).toMatchObject([
      { device: 'a', value: true },
      { device: 'b', value: true },
    ])
  })

  test('a silent one may be the second: that raises nothing, and ends nothing', () => {
    const alone = inOrder(
      series('a', 'smoke', minute, [false, false, false, false, false, false, true]),
      series('b', 'smoke', minute, [false]),
    )
    expect(said(smokes, alone, 10 * minute, here)).toEqual([])
    const both = inOrder(
      series('a', 'smoke', minute, [true, true, true, true, true, true, true, true, false, false]),
      series('b', 'smoke', minute, [true]),
      series('c', 'smoke', minute, [true]),
    )
    expect(said(smokes, both, undefined, here)).toEqual(['+smoke.alarm@0'])
  })

  test('neighbours of another place do not count', () => {
    const apart = here.map((device, i) => ({ ...device, place: { name: `${i} 号楼` } }))
    const inputs = inOrder(
      series('a', 'smoke', minute, [false, true]),
      series('b', 'smoke', minute, [false, true]),
    )
    expect(said(smokes, inputs, undefined, apart)).toEqual([])
  })

  test('a stairwell is the part of the address before the door', () => {
    const book = rules(
      'stairwell.count(smoke) >= 2',
      '    about: stairwell\n    lifeSafety: true',
      'smoke.alarm',
    )
    const homes = here.map((device, i) => ({
      ...device,
      place: { name: `3 号楼 ${i < 2 ? 2 : 1} 单元 ${i}01` },
    }))
    const on = (...ids: string[]): Input[] => ids.map((id) => reading(id, 'smoke', true, 0))
    expect(said(book, on('a', 'c'), undefined, homes)).toEqual([])
    expect(said(book, on('a', 'b'), undefined, homes)).toEqual(['+smoke.alarm@0'])
  })

  test('the rule of a device may ask its neighbours, of a type, and one by its id', () => {
    const book = rules(
      'tilt > 15 && place.ofType("level").others().any(waterLevel > 0.2)',
      '',
      'manhole.moved',
    )
    const devices = [minutely('a'), minutely('b', { type: 'level' })]
    const inputs = inOrder(
      series('a', 'tilt', minute, [1, 20, 20, 20]),
      series('b', 'waterLevel', minute, [0, 0, 0.3], 30_000),
    )
    expect(said(book, inputs, undefined, devices)).toEqual(['+manhole.moved@150'])
    const named = rules('tilt > 15 && device("b").waterLevel > 0.2', '', 'manhole.moved')
    // By the clock, within ten seconds.
    expect(said(named, inputs, undefined, devices)).toEqual(['+manhole.moved@160'])
  })
})
