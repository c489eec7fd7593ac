import type { MissingRule } from '../../config/rules.ts'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { DeviceEntry } from './cell.ts'

/** Devices that have rules of their own for silence. */
export const watchedForSilence = (entry: DeviceEntry): boolean =>
  entry.device !== null && entry.device.camera === null && entry.device.type !== 'camera'

export const intervalOf = (entry: DeviceEntry): number | null =>
  entry.device?.intervalMs ?? entry.intervalMs

/** How fine the last sign of life is kept: a twentieth of the interval, 1 s to 1 min. */
const grainOf = (entry: DeviceEntry): number =>
  Math.min(minuteMs, Math.max(secondMs, Math.round((intervalOf(entry) ?? minuteMs) / 20)))

/** Rounds up, so that nobody is called silent too early. True when the kept time has moved. */
export function markSeen(entry: DeviceEntry, receivedAt: number): boolean {
  const grain = grainOf(entry)
  const seenAt = Math.ceil(receivedAt / grain) * grain
  const changed = entry.seenAt !== seenAt || entry.offlineSince !== null || entry.online !== true
  entry.seenAt = seenAt
  entry.offlineSince = null
  entry.online = true
  return changed
}

/** When a device is missing if nothing more is heard; null when it may be silent for ever. */
export function missingAt(rule: MissingRule, entry: DeviceEntry, notBefore: number): number | null {
  const deadlines: number[] = []
  if (entry.offlineSince !== null) deadlines.push(entry.offlineSince + rule.offlineForMs)
  const interval = intervalOf(entry)
  const allowedMs =
    interval === null ? rule.silentDefaultMs : Math.max(rule.factor * interval, rule.silentMinMs)
  if (entry.seenAt !== null && allowedMs > 0) deadlines.push(entry.seenAt + allowedMs)
  return deadlines.length === 0 ? null : Math.max(notBefore, Math.min(...deadlines))
}
