import type { DeviceVoice } from '../shared/device-voice.ts'
import { type KnownValues, tell } from '../shared/known-values.ts'
import { isRecord, parseBoolean, parseNumber } from '../shared/parse-value.ts'
import { toOurUnit } from '../shared/units.ts'

interface Field {
  readonly reading: string
  readonly kind: 'boolean' | 'number'
  readonly unit: string | null
}
type Fields = Readonly<Record<string, Field>>

const number = (reading: string, unit: string | null = null): Field => ({
  reading,
  kind: 'number',
  unit,
})
const flag = (reading: string): Field => ({ reading, kind: 'boolean', unit: null })

const metered: Fields = {
  apower: number('power'),
  voltage: number('voltage'),
  current: number('current'),
  'aenergy.total': number('powerMeter', 'Wh'),
}

/** Fields of Shelly's components, one level deep, and our readings [Shelly API Gen2, components]. */
const components: Readonly<Record<string, Fields>> = {
  switch: { output: flag('switchOn'), ...metered },
  light: { output: flag('switchOn'), ...metered },
  pm1: metered,
  em: { total_act_power: number('power'), total_current: number('current') },
  emdata: { total_act: number('powerMeter', 'Wh') },
  em1: { act_power: number('power'), voltage: number('voltage'), current: number('current') },
  em1data: { total_act_energy: number('powerMeter', 'Wh') },
  input: { state: flag('input') },
  temperature: { tC: number('temperature') },
  humidity: { rh: number('humidity') },
  illuminance: { lux: number('illuminance') },
  devicepower: { 'battery.percent': number('battery'), 'battery.V': number('voltage') },
  smoke: { alarm: flag('smoke') },
  flood: { alarm: flag('waterLeak') },
}
const componentsMax = 64

/** `switchOn` of `switch:0`, `switchOn2` of `switch:1`. */
const numbered = (reading: string, id: number): string =>
  id === 0 ? reading : `${reading}${id + 1}`

function at(status: Readonly<Record<string, unknown>>, path: string): unknown {
  const [head = '', tail] = path.split('.')
  const value = status[head]
  return tail === undefined ? value : isRecord(value) ? value[tail] : undefined
}

/**
 * Tells what a status, whole or in part, says of its components; what it does not mention is as it was. True
 * where it was about a battery: such a device sleeps, and going offline is its way.
 */
export function tellComponents(
  voice: DeviceVoice,
  known: KnownValues,
  status: Readonly<Record<string, unknown>>,
  measured: boolean,
): boolean {
  let battery = false
  for (const [key, part] of Object.entries(status).slice(0, componentsMax)) {
    const [, kind = '', id = '0'] = /^([a-z0-9]+):(\d{1,3})$/.exec(key) ?? []
    const fields = Object.hasOwn(components, kind) ? components[kind] : undefined
    if (fields === undefined || !isRecord(part)) continue
    if (kind === 'devicepower') battery = true
    for (const [path, { reading, kind: type, unit }] of Object.entries(fields)) {
      const raw = at(part, path)
      // A field that the delta leaves out is not unknown; one that is null is.
      if (raw === undefined) continue
      const value = type === 'boolean' ? parseBoolean(raw) : inOurUnit(reading, raw, unit)
      tell(voice, known, numbered(reading, Number(id)), value, measured)
    }
  }
  return battery
}

function inOurUnit(reading: string, raw: unknown, unit: string | null): number | null {
  const value = parseNumber(raw)
  return value === null ? null : toOurUnit(reading, value, unit)
}
