import type { Roster } from '../../contracts/roster.ts'
import { hashSecret } from '../../gateway/broker/credential-check.ts'

export const benchCommunity = 'bench'
export const benchSecret = 'bench-secret'

export const benchDevice = (number: number): string => `sensor-${number}`
export const benchUser = (number: number): string => `${benchCommunity}.${benchDevice(number)}`

/** Approved sensors with a credential each. */
export function benchRoster(devices: number): Roster {
  const numbers = Array.from({ length: devices }, (_, number) => number)
  const hashHex = hashSecret('00', Buffer.from(benchSecret)).toString('hex')
  return {
    version: 1,
    devices: numbers.map((number) => ({
      id: benchDevice(number),
      community: benchCommunity,
      type: 'sensor',
      name: benchDevice(number),
      place: null,
      state: 'approved',
      household: null,
      intervalMs: null,
      camera: null,
    })),
    credentials: numbers.map((number) => ({
      username: benchUser(number),
      saltHex: '00',
      hashHex,
      kind: 'device',
      community: benchCommunity,
      device: benchDevice(number),
      prefixes: [],
    })),
    households: [],
    residents: [],
    cards: [],
  }
}
