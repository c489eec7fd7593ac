import type { MissingRule } from '../../config/rules.ts'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import { expectedMaxMs, keepsBeat, learnGap, typicalMs } from '../model/cadence.ts'
import type { DeviceEntry } from './entry.ts'

/** How often it says that it reports: the roster's word before its own. Null where nobody says. */
export const declaredMs = (entry: DeviceEntry): number | null =>
  entry.device?.intervalMs ?? entry.memory.intervalMs

export function learnedMaxMs(entry: DeviceEntry): number | null {
  const { cadence } = entry.memory
  if (entry.learnedOf !== cadence) {
    entry.learnedOf = cadence
    entry.learnedMs = expectedMaxMs(cadence)
  }
  return entry.learnedMs
}

/** How often it speaks, declared or learned. */
export const rhythmMs = (entry: DeviceEntry): number | null =>
  declaredMs(entry) ?? typicalMs(entry.memory.cadence)

/** How long it may be silent, ms; null: for ever. A declared interval wins over a learned cadence. */
export function allowedMs(rule: MissingRule, entry: DeviceEntry): number | null {
  const declared = declaredMs(entry)
  if (declared !== null) return Math.max(rule.factor * declared, rule.silentMinMs)
  const learned = learnedMaxMs(entry)
  if (learned !== null) return Math.max(learned, rule.silentMinMs)
  return rule.silentDefaultMs === 0 ? null : rule.silentDefaultMs
}

/** How fine the last sign of life is kept: a twentieth of the rhythm, 1 s to 1 min. */
export const grainMs = (entry: DeviceEntry): number =>
  Math.min(minuteMs, Math.max(secondMs, Math.round((rhythmMs(entry) ?? minuteMs) / 20)))

/** Rounds up, so that nobody is called silent too early. True when the kept time has moved. */
export function markSeen(entry: DeviceEntry, receivedAt: number): boolean {
  const { memory } = entry
  if (memory.seenAt !== null && receivedAt <= memory.seenAt && memory.downSince === null) {
    if (memory.offlineSince === null && memory.online === true) return false
  }
  const grain = grainMs(entry)
  const seenAt = Math.ceil(receivedAt / grain) * grain
  const { gapFrom, offlineSince, online } = memory
  if (gapFrom !== null && memory.foldedInto === null && receivedAt > gapFrom)
    memory.cadence = learnGap(memory.cadence, receivedAt - gapFrom)
  const changed =
    memory.seenAt !== seenAt ||
    offlineSince !== null ||
    online !== true ||
    memory.downSince !== null
  memory.seenAt = seenAt
  memory.gapFrom = receivedAt
  memory.offlineSince = null
  memory.online = true
  return changed
}

/** From when its silence counts; null when it has never been heard. */
export function silentFrom(entry: DeviceEntry): number | null {
  const { seenAt, quietFrom } = entry.memory
  if (seenAt === null) return null
  return Math.max(seenAt, quietFrom ?? 0)
}

/** When it is down if nothing more is heard; null when it may be silent for ever. */
export function downAt(
  rule: MissingRule | null,
  offlineForMs: number | null,
  entry: DeviceEntry,
  notBefore: number,
): number | null {
  const { offlineSince, quietFrom } = entry.memory
  const deadlines: number[] = []
  if (offlineSince !== null && offlineForMs !== null)
    deadlines.push(Math.max(offlineSince, quietFrom ?? 0) + offlineForMs)
  const from = silentFrom(entry)
  const allowed = rule === null || entry.isCamera ? null : allowedMs(rule, entry)
  if (from !== null && allowed !== null) deadlines.push(from + allowed)
  return deadlines.length === 0 ? null : Math.max(notBefore, Math.min(...deadlines))
}

/** Longer without a word than is usual, though not yet too long. */
export function isQuiet(entry: DeviceEntry, now: number): boolean {
  const { memory } = entry
  if (memory.offlineSince !== null) return true
  if (memory.seenAt === null || entry.isCamera) return false
  // One that speaks when something happens is quiet for no reason.
  const rhythm = declaredMs(entry) ?? (keepsBeat(memory.cadence) ? rhythmMs(entry) : null)
  return rhythm !== null && now - memory.seenAt > 1.5 * rhythm + 5 * secondMs
}
