import { createHash } from 'node:crypto'
import { isSlug } from '../../../contracts/ids.ts'

/** Device ids are made from the stable identity of a device, never from its topic or its name. */
const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Twelve hex digits, lower case, without colons; null where it is no MAC address. */
export function macOf(text: string): string | null {
  const hex = text.replaceAll(/[:.\-\s]/g, '').toLowerCase()
  return /^[0-9a-f]{12}$/.test(hex) ? hex : null
}

/** Sixteen hex digits of `0x00158d0001a2b3c4`; null where it is no IEEE address. */
export function ieeeOf(text: string): string | null {
  const hex = text.toLowerCase().replace(/^0x/, '')
  return /^[0-9a-f]{16}$/.test(hex) ? hex : null
}

/** `PREFIX-NAME` where the name can stand in a topic, else `PREFIX-` and a hash of it. */
export function deviceId(prefix: string, name: string): string {
  const plain = `${prefix}-${name.toLowerCase().replaceAll('_', '-')}`
  const same = name === name.toLowerCase() && !name.includes('_')
  return same && isSlug(plain) ? plain : `${prefix}-${shortHash(name)}`
}

export const zigbeeDeviceId = (ieee: string): string => `z2m-${ieee}`
/** A bridge is its coordinator, whatever its base topic. */
export const zigbeeBridgeId = (ieee: string): string => deviceId('z2m-bridge', ieee)
export const tasmotaDeviceId = (mac: string): string => `tasmota-${mac}`
export const esphomeDeviceId = (mac: string): string => `esphome-${mac}`
