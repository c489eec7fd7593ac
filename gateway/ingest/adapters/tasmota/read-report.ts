import type { DeviceVoice } from '../shared/device-voice.ts'
import { type KnownValues, tell } from '../shared/known-values.ts'
import { isRecord, parseNumber } from '../shared/parse-value.ts'
import { toOurUnit } from '../shared/units.ts'
import type { TasmotaConfig } from './discovery.ts'

interface Column {
  readonly reading: string
  readonly unit?: string
}

/** Keys of sensors in SENSOR and our readings; the units are those that Tasmota fixes [Tasmota 14]. */
const columns: Readonly<Record<string, Column>> = {
  Temperature: { reading: 'temperature' },
  Humidity: { reading: 'humidity' },
  Pressure: { reading: 'pressure' },
  Illuminance: { reading: 'illuminance' },
  CarbonDioxide: { reading: 'co2' },
  eCO2: { reading: 'co2' },
  'PM2.5': { reading: 'pm25' },
  PM10: { reading: 'pm10' },
  pH: { reading: 'ph' },
  Turbidity: { reading: 'turbidity' },
  Distance: { reading: 'waterLevel', unit: 'cm' },
}
const energy: Readonly<Record<string, string>> = {
  Total: 'powerMeter',
  Power: 'power',
  Voltage: 'voltage',
  Current: 'current',
}
/** Added up over the phases; a voltage is not. */
const summed: ReadonlySet<string> = new Set(['powerMeter', 'power', 'current'])
const sensorsMax = 32

/** The first of a kind has the plain name, as at an extension that is not counted: `switchOn`, `switchOn2`. */
export const numbered = (reading: string, number: number): string =>
  number <= 1 ? reading : `${reading}${number}`

export interface Reported {
  readonly config: TasmotaConfig
  readonly known: KnownValues
}

/** Tells relays out of `POWER`, `POWER1`, …; a state text that is neither on nor off is passed over. */
export function tellRelay(
  voice: DeviceVoice,
  { config, known }: Reported,
  key: string,
  raw: unknown,
): boolean {
  const number = /^POWER(\d{0,2})$/.exec(key)?.[1]
  if (number === undefined) return false
  if (raw !== config.stateOn && raw !== config.stateOff) return false
  const name = numbered('switchOn', number === '' ? 1 : Number(number))
  return tell(voice, known, name, raw === config.stateOn)
}

/** A switch input: `"ON"`, or `{"Action": "ON"}` with SetOption114. */
export function tellSwitch(
  voice: DeviceVoice,
  { config, known }: Reported,
  key: string,
  raw: unknown,
): boolean {
  const number = /^Switch(\d{1,2})$/.exec(key)?.[1]
  if (number === undefined) return false
  const state = isRecord(raw) ? raw['Action'] : raw
  if (state !== config.stateOn && state !== config.stateOff) return false
  return tell(voice, known, `input${number}`, state === config.stateOn)
}

/** SENSOR is a measurement of everything in it, each TelePeriod anew. */
export function tellSensors(
  voice: DeviceVoice,
  reported: Reported,
  report: Readonly<Record<string, unknown>>,
): void {
  const { known } = reported
  const taken = new Map<string, number>()
  const fahrenheit = report['TempUnit'] === 'F'
  for (const [key, sensor] of Object.entries(report).slice(0, sensorsMax)) {
    if (!isRecord(sensor)) {
      tellSwitch(voice, reported, key, sensor)
      continue
    }
    if (key === 'ENERGY') tellEnergy(voice, known, sensor)
    else if (key === 'COUNTER') tellCounters(voice, known, sensor)
    else if (key.startsWith('Switch')) tellSwitch(voice, reported, key, sensor)
    else
      for (const [column, { reading, unit }] of Object.entries(columns)) {
        const value = parseNumber(sensor[column])
        if (value === null) continue
        // Two thermometers on one board: told apart by their number.
        const number = (taken.get(reading) ?? 0) + 1
        taken.set(reading, number)
        const inUnit = reading === 'temperature' && fahrenheit ? 'F' : (unit ?? null)
        tell(voice, known, numbered(reading, number), toOurUnit(reading, value, inUnit), true)
      }
  }
}

function tellEnergy(
  voice: DeviceVoice,
  known: KnownValues,
  sensor: Readonly<Record<string, unknown>>,
): void {
  for (const [key, reading] of Object.entries(energy)) {
    const raw = sensor[key]
    const phases = (Array.isArray(raw) ? raw.slice(0, 4) : [raw]).map(parseNumber)
    if (phases.some((phase) => phase === null)) continue
    const values = phases as number[]
    if (summed.has(reading))
      tell(voice, known, reading, Number(values.reduce((a, b) => a + b, 0).toPrecision(10)), true)
    else
      for (const [i, value] of values.entries())
        tell(voice, known, numbered(reading, i + 1), value, true)
  }
}

/** Pulses, such as those of a water meter; what one of them is worth a rule or a person knows. */
function tellCounters(
  voice: DeviceVoice,
  known: KnownValues,
  sensor: Readonly<Record<string, unknown>>,
): void {
  for (let i = 1; i <= 8; i++) {
    const value = parseNumber(sensor[`C${i}`])
    if (value !== null) tell(voice, known, `counter${i}`, value, true)
  }
}
