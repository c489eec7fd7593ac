import type { DeviceItem } from '../../../../contracts/http/devices.ts'
import type { WordKey } from '../../text/words.ts'

type DeviceWord = Extract<WordKey, `device.${string}`>
export interface DeviceState {
  /** Of the look. */
  readonly shape: 'ok' | 'watch' | 'cannot' | 'offline' | 'waiting'
  readonly word: DeviceWord
}

const healthLooks: Record<NonNullable<DeviceItem['health']>['state'], DeviceState> = {
  online: { shape: 'ok', word: 'device.online' },
  silent: { shape: 'waiting', word: 'device.silent' },
  offline: { shape: 'offline', word: 'device.offline' },
  unknown: { shape: 'cannot', word: 'device.unknown' },
  unstable: { shape: 'watch', word: 'device.unstable' },
}

/** State by shape and word; an unheard device is not called offline. */
export function deviceState({ state, origin, health, ...heard }: DeviceItem): DeviceState {
  if (state === 'pending') return { shape: 'waiting', word: 'device.pending' }
  if (state === 'blocked') return { shape: 'offline', word: 'device.blocked' }
  if (origin?.gone != null) return { shape: 'offline', word: 'device.gone' }
  const unheard = heard.lastSeenAt === null && heard.online === null
  if (unheard && (health === null || health.state === 'unknown'))
    return { shape: 'waiting', word: 'device.unheard' }
  // Heard of, and nobody judges it: neither green nor offline.
  return healthLooks[health?.state ?? 'unknown']
}
