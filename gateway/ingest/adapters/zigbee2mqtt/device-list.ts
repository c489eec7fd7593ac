import type { DeviceEntity, DeviceInfo } from '../../../../contracts/payloads.ts'
import { ieeeOf } from '../device-id.ts'
import { isRecord, parseText } from '../shared/parse-value.ts'
import { type Meaning, meaningOf } from '../shared/property-names.ts'

/** How one property of a device is read. */
export interface Property {
  readonly reading: string
  readonly kind: Meaning['kind'] | 'text'
  readonly unit: string | null
  readonly inverted: boolean
  /** Values of an on/off property that are no booleans, such as `"ON"` or `"OPEN"`. */
  readonly on?: unknown
  readonly off?: unknown
}

export interface ListedDevice {
  readonly ieee: string
  readonly name: string
  readonly disabled: boolean
  readonly info: DeviceInfo
  readonly properties: Readonly<Record<string, Property>>
}

const propertiesMax = 60
const capabilitiesMax = 64

/**
 * Entries of `bridge/devices` that are devices of ours: not the coordinator, and with a name that can
 * stand in a topic. Null where the payload is no such list.
 */
export function readDeviceList(parsed: unknown): readonly ListedDevice[] | null {
  if (!Array.isArray(parsed)) return null
  return parsed.flatMap((entry: unknown) => {
    if (!isRecord(entry) || entry['type'] === 'Coordinator') return []
    const ieee = ieeeOf(parseText(entry['ieee_address'], 40) ?? '')
    const name = parseText(entry['friendly_name'], 200)
    if (ieee === null || name === null || /[+#]/.test(name)) return []
    return [listed(entry, ieee, name)]
  })
}

/** Address of the coordinator: who the bridge is, whatever its base topic. */
export function coordinatorOf(parsed: unknown): string | null {
  const entries: readonly unknown[] = Array.isArray(parsed) ? parsed : []
  const found = entries.filter(isRecord).find((entry) => entry['type'] === 'Coordinator')
  return ieeeOf(parseText(found?.['ieee_address'], 40) ?? '')
}

function listed(
  entry: Readonly<Record<string, unknown>>,
  ieee: string,
  name: string,
): ListedDevice {
  // Missing or null while it is interviewed, and where zigbee2mqtt does not know the model.
  const definition = isRecord(entry['definition']) ? entry['definition'] : {}
  const found = new Map<string, Property>()
  const entities: DeviceEntity[] = []
  for (const expose of flatten(definition['exposes'])) {
    if (entities.length >= propertiesMax) break
    const property = parseText(expose['property'], 64)
    if (property === null || found.has(property)) continue
    const read = propertyOf(property, expose)
    if (read !== null) found.set(property, read)
    const kind = parseText(expose['type'], 64) ?? 'unknown'
    entities.push({ name: property, kind, reading: read?.reading ?? null })
  }
  const readings = [...new Set([...found.values()].map(({ reading }) => reading))]
  const model = parseText(definition['model'], 200) ?? parseText(entry['model_id'], 200)
  const manufacturer = parseText(definition['vendor'], 200)
  return {
    ieee,
    name,
    disabled: entry['disabled'] === true,
    properties: Object.fromEntries(found),
    info: {
      type: typeOf(readings),
      name,
      adapter: 'zigbee2mqtt',
      ...(model === null ? {} : { model }),
      ...(manufacturer === null ? {} : { manufacturer }),
      capabilities: readings.slice(0, capabilitiesMax),
      entities,
    },
  }
}

/** Lights, switches and locks keep their properties one level down, in `features`. */
function flatten(exposes: unknown): Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(exposes)) return []
  return exposes
    .filter(isRecord)
    .flatMap((expose) =>
      Array.isArray(expose['features']) ? expose['features'].filter(isRecord) : [expose],
    )
}

function propertyOf(property: string, expose: Readonly<Record<string, unknown>>): Property | null {
  const unit = parseText(expose['unit'], 16)
  const [on, off] = [expose['value_on'], expose['value_off']]
  const type = expose['type']
  if (property === 'state' && type === 'binary')
    return { reading: 'switchOn', kind: 'boolean', unit: null, inverted: false, on, off }
  const known = meaningOf(property)
  if (known !== null) {
    if (type === 'numeric' && known.kind === 'boolean') return null
    return {
      reading: known.reading,
      kind: known.kind,
      unit: unit ?? known.unit ?? null,
      inverted: known.inverted === true,
      ...(type === 'binary' ? { on, off } : {}),
    }
  }
  if (expose['category'] === 'config') return null
  if (type === 'numeric') return { reading: property, kind: 'number', unit, inverted: false }
  return type === 'binary'
    ? { reading: property, kind: 'boolean', unit: null, inverted: false, on, off }
    : null
}

const types: readonly (readonly [string, string])[] = [
  ['smoke', 'smoke'],
  ['gas', 'gas'],
  ['waterLeak', 'water-leak'],
  ['sos', 'sos-button'],
  ['doorOpen', 'door-contact'],
  ['motion', 'motion'],
  ['waterMeter', 'water-meter'],
  ['powerMeter', 'power-meter'],
  ['switchOn', 'switch'],
  ['temperature', 'climate'],
]

/** The most telling of its readings names the type. */
export const typeOf = (readings: readonly string[]): string =>
  types.find(([reading]) => readings.includes(reading))?.[1] ?? 'sensor'
