import type { Beat, DeviceEventInput, InfoInput } from '../model/input.ts'
import { intervalOf, markSeen } from './missing.ts'
import type { RuleDesk } from './rule-desk.ts'

/** A message of the device. Only where it says how often it reports can a value be stale. */
export function applySign(desk: RuleDesk, sign: Beat | DeviceEventInput): void {
  const entry = desk.entry(sign.community, sign.device)
  if (entry === null || intervalOf(entry) === null) return
  if (markSeen(entry, sign.receivedAt)) desk.touch(entry)
}

export function applyInfo(desk: RuleDesk, { community, device, info }: InfoInput): void {
  const entry = desk.entry(community, device)
  if (entry === null || info.intervalMs === undefined || entry.intervalMs === info.intervalMs)
    return
  entry.intervalMs = info.intervalMs
  desk.touch(entry)
}
