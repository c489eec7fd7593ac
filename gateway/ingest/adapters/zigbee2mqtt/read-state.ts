import { tell, type KnownValues, type Value } from '../shared/known-values.ts'
import type { DeviceVoice } from '../shared/device-voice.ts'
import { isUnknown, parseBoolean, parseNumber } from '../shared/parse-value.ts'
import { meaningOf } from '../shared/property-names.ts'
import { toOurUnit } from '../shared/units.ts'
import type { Property } from './device-list.ts'

/** While a device is interviewed its properties go by their names; a voltage without a unit could be either. */
function byName(key: string): Property | null {
  const meaning = key === 'voltage' ? null : meaningOf(key)
  if (meaning === null) return null
  const { reading, kind, unit = null, inverted = false } = meaning
  return { reading, kind, unit, inverted }
}

/** `false` and `"false"`: with `output: attribute` everything is text. */
const sameWord = (a: unknown, b: unknown): boolean => a === b || wordOf(a) === wordOf(b)
const wordOf = (raw: unknown): unknown =>
  typeof raw === 'boolean' || typeof raw === 'number' ? String(raw) : raw

export function valueOf(property: Property, raw: unknown): Value | null {
  if (isUnknown(raw)) return null
  if (property.kind === 'number') {
    const value = parseNumber(raw)
    return value === null ? null : toOurUnit(property.reading, value, property.unit)
  }
  if (property.inverted) {
    const value = parseBoolean(raw)
    return value === null ? null : !value
  }
  const { on, off } = property
  if (on !== undefined && sameWord(raw, on)) return true
  if (off !== undefined && sameWord(raw, off)) return false
  return parseBoolean(raw)
}

export interface Told {
  readonly known: KnownValues
  readonly properties: Readonly<Record<string, Property>>
}

const unheard: ReadonlySet<string> = new Set(['linkquality', 'last_seen', 'update', 'action'])
/** Words of buttons on which a life may depend. */
const calls: ReadonlySet<string> = new Set(['emergency', 'sos', 'panic'])

/** Tells what is new in a state; true where anything was. Keys that are not understood are passed over. */
export function tellState(
  voice: DeviceVoice,
  { known, properties }: Told,
  state: Readonly<Record<string, unknown>>,
  measured: boolean,
): boolean {
  let news = false
  const listed = Object.keys(properties).length > 0
  for (const key in state) {
    if (unheard.has(key)) continue
    const property = Object.hasOwn(properties, key) ? properties[key] : listed ? null : byName(key)
    if (property === null || property === undefined) continue
    const value = valueOf(property, state[key])
    if (value === null && !isUnknown(state[key])) continue
    if (tell(voice, known, property.reading, value, measured)) news = true
  }
  return news
}

/** A press is an event of its own each time; a call for help is a reading that rules know. */
export function tellAction(voice: DeviceVoice, raw: unknown, unique: string): boolean {
  if (typeof raw !== 'string' || raw === '' || raw.length > 64) return false
  if (calls.has(raw)) voice.reading('sos', true)
  voice.event('action', { action: raw }, unique)
  return true
}
