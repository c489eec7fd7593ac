import { expect, test } from 'vitest'
import { hourMs, minuteMs } from '../../contracts/clock.ts'
import { limits } from '../../contracts/limits.ts'
import { Telemetry } from '../../contracts/payloads.ts'
import { Value } from 'typebox/value'
import { catalog, type DeviceSpec } from '../../device-sim/community/catalog.ts'
import { homeOf, homes, parts } from '../../device-sim/community/cast.ts'
import { firstState, measure, type NumberedReading } from '../../device-sim/devices/measure.ts'
import { momentsBetween } from '../../device-sim/devices/routine.ts'
import { createRandom } from '../../device-sim/random.ts'

const now = Date.UTC(2026, 10, 20, 3, 0, 0)
const from = now - 30 * hourMs

function history(spec: DeviceSpec, seed: number): readonly NumberedReading[] {
  const random = createRandom(seed)
  const home = homes.find(({ id }) => id === spec.household)
  const moments = home === undefined ? [] : momentsBetween(home, from, now, random, null)
  return measure(spec, firstState(spec, from), now, moments, random).readings
}
const device = (id: string): DeviceSpec => {
  const found = catalog.find((spec) => spec.id === id)
  if (found === undefined) throw new Error(id)
  return found
}

const signs = (readings: readonly NumberedReading[]): readonly number[] =>
  readings.filter(({ values }) => values['motion'] === true).map(({ ts }) => ts)

test('30 h of history have no gap in seq and no gap in time: only that is honest coverage', () => {
  for (const spec of catalog) {
    const readings = history(spec, 7)
    if (spec.intervalMs === null) {
      expect(readings).toEqual([])
      continue
    }
    expect(readings.length).toBeGreaterThan(300)
    for (const [index, reading] of readings.entries()) {
      expect(reading.seq).toBe(index + 1)
      const before = readings[index - 1]?.ts ?? from
      expect(reading.ts).toBeGreaterThanOrEqual(before)
      expect(reading.ts - before).toBeLessThanOrEqual(spec.intervalMs)
    }
    expect(now - (readings.at(-1)?.ts ?? 0)).toBeLessThan(spec.intervalMs)
    expect(Value.Check(Telemetry, readings[0])).toBe(true)
  }
})

test('the same seed gives the same history, another seed another one: a score can be repeated', () => {
  const motion = device('motion-6-2-301')
  expect(history(motion, 7)).toEqual(history(motion, 7))
  expect(history(motion, 7)).not.toEqual(history(motion, 8))
})

test('history told in pieces has the same signs of life, without gap or double, as told at once', () => {
  const random = createRandom(7)
  const spec = device('motion-1-2-401')
  const home = homes.find(({ id }) => id === spec.household)
  if (home === undefined) throw new Error('no home')
  let state = firstState(spec, from)
  const pieces: NumberedReading[] = []
  for (let to = from + 7 * minuteMs; to <= now; to += 7 * minuteMs) {
    const moments = momentsBetween(home, state.lastTs - minuteMs, to, random, null)
    const taken = measure(spec, state, to, moments, random)
    state = taken.state
    pieces.push(...taken.readings)
  }
  expect(pieces.map(({ seq }) => seq)).toEqual(pieces.map((_, index) => index + 1))
  const end = pieces.at(-1)?.ts ?? 0
  expect(signs(pieces)).toEqual(signs(history(spec, 7)).filter((ts) => ts <= end))
})

test('after her last sign an elder moves nothing, and the sign lies at the very millisecond', () => {
  const random = createRandom(7)
  const home = homeOf(parts.unseen)
  const at = now - 24 * hourMs + 41_000
  const moments = momentsBetween(home, from, now, random, { at, until: Number.POSITIVE_INFINITY })
  expect(moments.at(-1)).toEqual({ ts: at, what: 'motion', amount: 0 })
  const water = device('water-6-2-301')
  const { readings } = measure(water, firstState(water, from), now, moments, random)
  const after = readings.filter(({ ts }) => ts > at).map(({ values }) => values['waterMeter'])
  expect(new Set(after).size).toBe(1)
  const motion = device('motion-6-2-301')
  const seen = measure(motion, firstState(motion, from), now, moments, random).readings
  expect(signs(seen).at(-1)).toBe(at)
})

test('every other watched elder shows life in any 12 hours, whenever the demo runs', () => {
  const random = createRandom(20_261_120)
  for (const home of homes.filter(({ kind }) => kind === 'elder-alone'))
    for (let hour = 0; hour < 24; hour += 1) {
      const to = now + hour * hourMs
      let before = to - 30 * hourMs
      for (const { ts } of [...momentsBetween(home, before, to, random, null), { ts: to }]) {
        expect(ts - before).toBeLessThan(12 * hourMs)
        before = ts
      }
    }
})

test('meters only go up, and stay within what a home uses', () => {
  for (const id of ['water-2-2-202', 'power-2-2-202']) {
    const name = id.startsWith('water') ? 'waterMeter' : 'powerMeter'
    let last = 0
    for (const { values } of history(device(id), 7)) {
      const value = Number(values[name])
      expect(value).toBeGreaterThanOrEqual(last)
      last = value
    }
    const first = Number(history(device(id), 7)[0]?.values[name])
    expect(last - first).toBeLessThan(name === 'waterMeter' ? 1 : 6)
  }
})

test('a message of 1,000 readings stays below the payload limit', () => {
  for (const spec of catalog) {
    const batch = history(spec, 7).slice(0, limits.readingsPerMessageMax)
    expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(limits.payloadBytesMax)
  }
})
