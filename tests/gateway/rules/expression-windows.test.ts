import { describe, expect, test } from 'vitest'
import type { Input } from '../../../gateway/model/input.ts'
import { beat, hour, inOrder, minute, rules, said, series, times } from './expression-stand.ts'
import { aDevice, reading } from './stand.ts'

describe('windows', () => {
  test('mean, least and greatest of the last minutes; unknown until they are full', () => {
    const inputs = series(
      'a',
      'temperature',
      minute,
      [40, 20, 20, 20, 20, 20, 20, 40, 40, 40, 40, 40],
    )
    expect(said(rules('mean(temperature, "5m") > 33'), inputs)).toEqual(['+air.quality@600'])
    expect(said(rules('min(temperature, "2m") >= 40'), inputs)[0]).toBe('+air.quality@545')
  })

  test('the rate of change is per minute', () => {
    const slow = series(
      'a',
      'waterLevel',
      minute,
      times(20, (i) => i * 0.004),
    )
    const fast = series(
      'a',
      'waterLevel',
      minute,
      times(20, (i) => i * 0.02),
    )
    const book = rules('rate(waterLevel, "10m") > 0.01', '', 'water.level-high')
    expect(said(book, slow)).toEqual([])
    expect(said(book, fast)).toHaveLength(1)
  })

  test('how often something became true', () => {
    const book = rules('times(liftFault, "1h") >= 3', '', 'lift.fault')
    const inputs = series('a', 'liftFault', 5 * minute, [
      false,
      true,
      false,
      true,
      false,
      true,
      false,
    ])
    expect(said(book, inputs, undefined, [aDevice('a', { intervalMs: 5 * minute })])).toEqual([
      '+lift.fault@1500',
    ])
  })

  const meter = (values: readonly number[]) =>
    said(
      rules('used(waterMeter, "12h") < 0.01', '', 'water.use-low'),
      series('a', 'waterMeter', 15 * minute, values),
      undefined,
      [aDevice('a', { intervalMs: 15 * minute })],
    )

  test('a meter that does not run for twelve hours', () => {
    const effects = meter(times(80, (i) => 10 + Math.min(i, 16) * 0.02))
    expect(effects).toHaveLength(1)
    const at = Number(effects[0]?.split('@')[1]) / 3600
    expect(at).toBeGreaterThan(15.9)
    expect(at).toBeLessThan(17)
  })
  test('not a meter that runs, nor one that was just put in, nor one that was set back', () => {
    expect(meter(times(80, (i) => 10 + i * 0.02))).toEqual([])
    expect(meter(times(40, () => 10))).toEqual([])
    expect(meter(times(60, (i) => (i < 20 ? 500 + i * 0.02 : 0)))).toEqual([])
  })

  test('water that never stops: still for less than an hour and a half in a day', () => {
    const book = rules('still(waterMeter, "24h") < 1.5', '', 'water.use-continuous')
    const device = [aDevice('a', { intervalMs: 15 * minute })]
    const day = times(100, (i) => i)
    const leak = series(
      'a',
      'waterMeter',
      15 * minute,
      day.map((i) => i * 0.003),
    )
    const home = series(
      'a',
      'waterMeter',
      15 * minute,
      day.map((i) => Math.min(i, 60) * 0.01),
    )
    expect(said(book, leak, undefined, device)).toHaveLength(1)
    expect(said(book, home, undefined, device)).toEqual([])
  })
})

describe('absence', () => {
  const quiet = rules('household.all(quiet(motion, "6h"))', '    about: household', 'water.use-low')
  const home = ['a', 'b'].map((id) => aDevice(id, { household: 'h1', intervalMs: 30 * minute }))
  const alive = (id: string, hours: number, from = 0): Input[] =>
    times(hours * 2, (i) => beat(id, from + i * 30 * minute))

  test('nothing moved for six hours while both sensors were there', () => {
    const inputs = inOrder(
      [reading('a', 'motion', true, 0), reading('a', 'motion', false, minute)],
      [reading('b', 'motion', false, 0)],
      alive('a', 8),
      alive('b', 8),
    )
    const effects = said(quiet, inputs, undefined, home)
    expect(effects).toHaveLength(1)
    expect(Number(effects[0]?.split('@')[1]) / 3600).toBeCloseTo(6.3, 0)
  })

  test('silence is not absence: with a sensor away nobody knows, with none nobody asked', () => {
    const inputs = inOrder(
      [reading('a', 'motion', false, 0), reading('b', 'motion', false, 0)],
      alive('a', 10),
      alive('b', 2),
    )
    expect(said(quiet, inputs, 10 * hour, home)).toEqual([])
    expect(said(quiet, alive('a', 10), 10 * hour, home)).toEqual([])
    const hole = inOrder(
      [reading('a', 'motion', false, 0), reading('b', 'motion', false, 0)],
      alive('a', 9),
      alive('b', 2),
      alive('b', 4, 5 * hour),
    )
    expect(said(quiet, hole, 9 * hour, home)).toEqual([])
  })
})
