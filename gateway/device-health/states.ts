import type { DeviceHealth } from '../../contracts/device-health.ts'
import { typicalMs } from '../model/cadence.ts'
import { batteryTrend } from './battery-trend.ts'
import type { DeviceEntry } from './entry.ts'
import type { HealthDesk } from './health-desk.ts'
import { viaKey } from './groups.ts'
import { allowedMs, declaredMs, isQuiet, learnedMaxMs } from './silence.ts'

/** What is known of a device at `now`, for people. */
export function healthOf(desk: HealthDesk, entry: DeviceEntry, now: number): DeviceHealth {
  const { memory } = entry
  const declared = declaredMs(entry)
  const rule = desk.missingRule(entry)
  const silentAfterMs = rule === null || entry.isCamera ? null : allowedMs(rule, entry)
  const known = declared !== null || learnedMaxMs(entry) !== null
  const trend = batteryTrend(memory.battery)
  return {
    state: stateOf(desk, entry, now),
    since: memory.downSince,
    cause: memory.foldedInto,
    cadence: entry.isCamera
      ? null
      : {
          typicalMs: declared ?? typicalMs(memory.cadence),
          silentAfterMs,
          source: declared !== null ? 'declared' : known ? 'learned' : 'default',
        },
    battery: trend,
    clockOffsetMs: memory.drift?.offsetMs ?? null,
  }
}

/** Down under a parent that is down itself: nobody can say how it is. */
function stateOf(desk: HealthDesk, entry: DeviceEntry, now: number): DeviceHealth['state'] {
  const { memory, device } = entry
  if (memory.unstable) return 'unstable'
  if (device !== null && memory.online !== null) {
    for (const id of desk.groups.parents(device)) {
      const parent = desk.known(entry.community, id)
      if (parent === null) continue
      const { downSince, offlineSince } = parent.memory
      if (
        downSince !== null ||
        offlineSince !== null ||
        desk.causes.has(viaKey(parent.community, parent.id))
      )
        return 'unknown'
    }
  }
  if (memory.downSince !== null) return 'offline'
  if (memory.seenAt === null) return memory.online === false ? 'offline' : 'unknown'
  return isQuiet(entry, now) ? 'silent' : 'online'
}
