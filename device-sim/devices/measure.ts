import { hourMs, secondMs } from '../../contracts/clock.ts'
import type { Telemetry } from '../../contracts/payloads.ts'
import type { DeviceSpec } from '../community/catalog.ts'
import { hashText, type Random } from '../random.ts'
import type { Moment } from './routine.ts'

export type Values = Record<string, number | boolean>

/** A numbered reading: what a device sends when it knows the time and counts. */
export interface NumberedReading extends Telemetry {
  readonly ts: number
  readonly seq: number
  readonly values: Values
}

/** What a device must remember between two runs so that its `seq` and its meters only go up. */
export interface DeviceState {
  readonly seq: number
  readonly lastTs: number
  readonly values: Values
}

/** The state before the first reading. */
export const firstState = (spec: DeviceSpec, atMs: number): DeviceState => ({
  seq: 0,
  lastTs: atMs,
  values: { ...spec.resting, ...(spec.battery === null ? {} : { battery: spec.battery }) },
})

interface Change {
  readonly ts: number
  readonly values: Values
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))

/** A value that wanders about its rest with the hour of the day; far from every shipped threshold. */
function wander(name: string, rest: number, ts: number, random: Random): number {
  const daily = Math.sin(((ts % (24 * hourMs)) / (24 * hourMs)) * 2 * Math.PI)
  if (name === 'noise') return round(rest + 3 * daily + random.between(-2.5, 2.5), 1)
  if (name === 'temperature') return round(rest + 3 * daily + random.between(-0.2, 0.2), 1)
  if (name === 'humidity') return round(rest - 6 * daily + random.between(-1, 1), 0)
  if (name === 'pm25') return round(rest + 4 * daily + random.between(-3, 3), 0)
  if (name === 'turbidity') return round(rest + random.between(-0.06, 0.06), 2)
  if (name === 'ph') return round(rest + random.between(-0.05, 0.05), 2)
  if (name === 'tilt') return round(Math.max(0, rest + random.between(-0.2, 0.2)), 1)
  if (name === 'waterLevel') return round(rest + random.between(-0.03, 0.03), 2)
  return rest
}

const counters: ReadonlySet<string> = new Set(['peopleIn', 'peopleOut'])
const wandering: ReadonlySet<string> = new Set([
  'noise',
  'temperature',
  'humidity',
  'pm25',
  'turbidity',
  'ph',
  'tilt',
  'waterLevel',
])
/** A refrigerator and what stands by: drawn from every meter, no sign of life. */
const standbyWatts = 55

/** Street lights shine from 17:30 to 06:30, China Standard Time. */
function isDark(ts: number): boolean {
  const hour = ((ts / hourMs) % 24) + 8
  return hour % 24 >= 17.5 || hour % 24 < 6.5
}

function changesOf(spec: DeviceSpec, moments: readonly Moment[]): readonly Change[] {
  if (spec.type === 'motion') {
    return moments
      .filter((moment) => moment.what === 'motion')
      .flatMap(({ ts }) => [
        { ts, values: { motion: true } },
        { ts: ts + 30 * secondMs, values: { motion: false } },
      ])
  }
  if (spec.type === 'door-contact') {
    return moments
      .filter((moment) => moment.what === 'door')
      .flatMap(({ ts }) => [
        { ts, values: { doorOpen: true } },
        { ts: ts + 8 * secondMs, values: { doorOpen: false } },
      ])
  }
  return []
}

const usedBetween = (
  moments: readonly Moment[],
  what: Moment['what'],
  from: number,
  to: number,
): number => {
  let sum = 0
  for (const moment of moments)
    if (moment.what === what && moment.ts > from && moment.ts <= to) sum += moment.amount
  return sum
}

function advance(
  spec: DeviceSpec,
  values: Values,
  moments: readonly Moment[],
  from: number,
  to: number,
  random: Random,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (name === 'lightOn') values[name] = isDark(to)
    if (typeof value !== 'number') continue
    if (name === 'waterMeter')
      values[name] = round(value + usedBetween(moments, 'water', from, to) / 1_000, 3)
    else if (name === 'powerMeter')
      values[name] = round(
        value +
          (standbyWatts * (to - from)) / hourMs / 1_000 +
          usedBetween(moments, 'power', from, to) / 1_000,
        4,
      )
    else if (counters.has(name)) values[name] = value + random.integer(0, 2)
    else if (wandering.has(name))
      values[name] = wander(name, Number(spec.resting[name]), to, random)
  }
}

/**
 * The readings that a device takes during `(state.lastTs, to]`: one per interval, and one more for each
 * change that it notices. `seq` has no gap. `held` values (a staged alarm) win over the routine.
 */
export function measure(
  spec: DeviceSpec,
  state: DeviceState,
  to: number,
  moments: readonly Moment[],
  seed: Random,
  held: Readonly<Values> = {},
): { readonly readings: readonly NumberedReading[]; readonly state: DeviceState } {
  const from = state.lastTs
  if (spec.intervalMs === null || to <= from) return { readings: [], state }
  const phase = hashText(spec.id) % spec.intervalMs
  const beats: { ts: number; values: Values | null }[] = []
  const firstBeat = Math.floor((from - phase) / spec.intervalMs + 1) * spec.intervalMs + phase
  for (let ts = firstBeat; ts <= to; ts += spec.intervalMs) beats.push({ ts, values: null })
  // A change that began before `from` may end after it (the door that closes again).
  const changes = changesOf(spec, moments).filter(({ ts }) => ts > from && ts <= to)
  const due = [...beats, ...changes].sort((a, b) => a.ts - b.ts)
  const random = seed.fork(`measure/${spec.id}/${from}`)
  const values: Values = { ...state.values }
  const readings: NumberedReading[] = []
  let { seq, lastTs } = state
  for (const { ts, values: change } of due) {
    // While it still sees the same person a motion sensor has nothing of its own to say: a repeated
    // `true` would be a second sign of life.
    if (change === null && values['motion'] === true) continue
    advance(spec, values, moments, lastTs, ts, random)
    Object.assign(values, change)
    seq += 1
    readings.push({ ts, seq, values: { ...(change ?? reported(values, seq)), ...held } })
    lastTs = ts
  }
  return { readings, state: { seq, lastTs, values } }
}

/** The battery is told with every tenth reading, as such devices do to save it. */
function reported(values: Values, seq: number): Values {
  const { battery, ...measured } = values
  return battery === undefined || seq % 10 !== 0 ? measured : { ...measured, battery }
}
