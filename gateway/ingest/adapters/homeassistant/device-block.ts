import {
  deviceId,
  esphomeDeviceId,
  ieeeOf,
  macOf,
  tasmotaDeviceId,
  zigbeeBridgeId,
  zigbeeDeviceId,
} from '../device-id.ts'
import { isObject } from './expand.ts'

/** What a config says of the device that its entities belong to. */
export interface DeviceBlock {
  /** Identifiers and `type:value` of connections: any of them names the device. */
  readonly aliases: readonly string[]
  readonly name: string | null
  readonly manufacturer: string | null
  readonly model: string | null
  readonly area: string | null
  /** An alias of the device that it reaches us through. */
  readonly via: string | null
  /** The id it gets where none of its aliases is known yet. */
  readonly id: string
}

const aliasesMax = 16
const textMax = 200

export const textOf = (value: unknown, max = textMax): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, max) : null

function aliasesOf(device: Readonly<Record<string, unknown>>): string[] {
  const { identifiers, connections } = device
  const ids = Array.isArray(identifiers) ? (identifiers as unknown[]) : [identifiers]
  const named = ids.filter((id) => typeof id === 'string' || typeof id === 'number').map(String)
  const pairs = Array.isArray(connections) ? (connections as unknown[]) : []
  const connected = pairs.flatMap((pair) => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || typeof pair[1] !== 'string')
      return []
    return [`${pair[0]}:${pair[0] === 'mac' ? (macOf(pair[1]) ?? pair[1]) : pair[1]}`]
  })
  return [...named, ...connected].filter((alias) => alias !== '').slice(0, aliasesMax)
}

/**
 * A device that a more specific adapter knows too gets the very id that this one gives it, so that it exists
 * once. Null where the block names nothing.
 */
export function deviceBlock(given: unknown, legacyEspUniqueId: boolean): DeviceBlock | null {
  if (!isObject(given)) return null
  const aliases = aliasesOf(given)
  const [first] = aliases
  if (first === undefined) return null
  const manufacturer = textOf(given['manufacturer'])
  const software = textOf(given['sw_version']) ?? ''
  const mac =
    aliases
      .map((alias) => macOf(alias.startsWith('mac:') ? alias.slice(4) : alias))
      .find((each) => each !== null) ?? null
  const ofEspHome = legacyEspUniqueId || /esphome/i.test(software) || manufacturer === 'Espressif'
  return {
    aliases,
    name: textOf(given['name']),
    manufacturer,
    model: textOf(given['model']),
    area: textOf(given['suggested_area']),
    via: textOf(given['via_device']),
    id: idOf(first, aliases, mac, {
      esphome: ofEspHome,
      tasmota: manufacturer === 'Tasmota' || /tasmota/i.test(software),
    }),
  }
}

function idOf(
  first: string,
  aliases: readonly string[],
  mac: string | null,
  of: { readonly esphome: boolean; readonly tasmota: boolean },
): string {
  for (const alias of aliases) {
    const bridge = ieeeOf(/^zigbee2mqtt_bridge_(.+)$/.exec(alias)?.[1] ?? '')
    if (bridge !== null) return zigbeeBridgeId(bridge)
    const ieee = ieeeOf(/^zigbee2mqtt_(.+)$/.exec(alias)?.[1] ?? '')
    if (ieee !== null) return zigbeeDeviceId(ieee)
  }
  if (mac !== null && of.tasmota) return tasmotaDeviceId(mac)
  if (mac !== null && of.esphome) return esphomeDeviceId(mac)
  return deviceId('ha', first)
}

/** For an entity without a device: what it says of itself must do. */
export const loneBlock = (name: string | null, identity: string): DeviceBlock => ({
  aliases: [`entity:${identity}`],
  name,
  manufacturer: null,
  model: null,
  area: null,
  via: null,
  id: deviceId('ha', identity),
})
