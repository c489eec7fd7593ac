import { secondMs } from '../../../../contracts/clock.ts'
import type { DeviceVoice } from '../shared/device-voice.ts'
import { isRecord, parseNumber, parseText } from '../shared/parse-value.ts'

type Json = Readonly<Record<string, unknown>>

/** Seconds UTC as ms; null where it is missing, or near 1970 before the first NTP. */
export function timeOf(params: Json): number | null {
  const seconds = parseNumber(params['ts'])
  return seconds === null || seconds < 1_000_000_000 ? null : seconds * secondMs
}

/** Presses of inputs and buttons; what else a device does with itself is not our business. */
export function tellEvents(voice: DeviceVoice, params: Json, receivedAt: number): void {
  const events = Array.isArray(params['events']) ? params['events'].slice(0, 32) : []
  for (const event of events.filter(isRecord)) {
    const component = parseText(event['component'], 32)
    const action = parseText(event['event'], 32)
    if (component === null || action === null || !/^(input|button)/.test(component)) continue
    const at = parseNumber(event['ts']) ?? receivedAt
    voice.event('action', { component, action }, `${component}\n${action}\n${at}`)
  }
}

/** `Shelly.GetStatus`; its answer comes to `<src>/rpc`, which stays below the prefix that it may publish to. */
export const askStatus = (prefix: string, now: number) => ({
  topic: `${prefix}/rpc`,
  payload: JSON.stringify({
    id: Math.floor(now / secondMs) % 1_000_000,
    src: `${prefix}/linli`,
    method: 'Shelly.GetStatus',
  }),
  retain: false,
  qos: 1 as const,
})
