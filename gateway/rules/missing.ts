import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { DeviceEntry } from './cell.ts'

/** Whether a device is there is judged in gateway/device-health; here it only ages values. */
export const intervalOf = (entry: DeviceEntry): number | null =>
  entry.device?.intervalMs ?? entry.intervalMs

/** How fine the last sign of life is kept: a twentieth of the interval, 1 s to 1 min. */
const grainOf = (entry: DeviceEntry): number =>
  Math.min(minuteMs, Math.max(secondMs, Math.round((intervalOf(entry) ?? minuteMs) / 20)))

/** Rounds up, so that no value is called stale too early. True when the kept time has moved. */
export function markSeen(entry: DeviceEntry, receivedAt: number): boolean {
  const grain = grainOf(entry)
  const seenAt = Math.ceil(receivedAt / grain) * grain
  if (entry.seenAt === seenAt) return false
  entry.seenAt = seenAt
  return true
}
