import type { MissingRule } from '../../config/rules.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import type { Effect } from '../model/effect.ts'
import type { Beat, DeviceEventInput, InfoInput, StatusInput } from '../model/input.ts'
import { type Cell, type DeviceEntry, rest } from './cell.ts'
import { markSeen } from './missing.ts'
import { clearOf, raiseOf } from './report.ts'
import type { RuleDesk } from './rule-desk.ts'

const nothing: readonly Effect[] = []

/** A message of the device: it is there, however old what it tells. */
export function applySign(desk: RuleDesk, sign: Beat | DeviceEventInput): readonly Effect[] {
  const entry = desk.entry(sign.community, sign.device)
  return entry === null ? nothing : present(desk, entry, sign.receivedAt)
}

function present(desk: RuleDesk, entry: DeviceEntry, receivedAt: number): readonly Effect[] {
  if (desk.missingRules.length === 0 || !markSeen(entry, receivedAt)) return nothing
  desk.touch(entry)
  return backAgain(desk, entry, receivedAt)
}

function backAgain(desk: RuleDesk, entry: DeviceEntry, at: number): readonly Effect[] {
  let effects = nothing
  for (const cell of entry.cells.values()) {
    if (cell.rule.kind !== 'missing' || cell.phase !== 'active') continue
    rest(cell)
    desk.changed(cell)
    const cleared = desk.cleared(cell, clearOf(cell, at, [], { zh: '又连上了', en: 'Back online' }))
    effects = [...effects, ...cleared]
  }
  desk.expect(entry)
  return effects
}

/**
 * What a device, or its will, says of itself. From the broker's memory it is a state: an `online` may be
 * long out of date and proves nothing, an `offline` of a device that was never heard is a baseline.
 */
export function applyStatus(desk: RuleDesk, status: StatusInput): readonly Effect[] {
  const entry = desk.entry(status.community, status.device)
  if (entry === null) return nothing
  if (status.online) {
    if (!status.retained) return present(desk, entry, status.receivedAt)
    if (entry.online !== null) return nothing
    entry.online = true
    desk.touch(entry)
    return nothing
  }
  const baseline = entry.online === null
  if (entry.online === false) return nothing
  entry.online = false
  entry.offlineSince = baseline ? null : status.receivedAt
  desk.touch(entry)
  desk.expect(entry)
  return nothing
}

export function applyInfo(
  desk: RuleDesk,
  { community, device, info }: InfoInput,
): readonly Effect[] {
  const entry = desk.entry(community, device)
  if (entry === null || info.intervalMs === undefined || entry.intervalMs === info.intervalMs)
    return nothing
  entry.intervalMs = info.intervalMs
  desk.touch(entry)
  desk.expect(entry)
  return nothing
}

export function fireMissing(
  desk: RuleDesk,
  cell: Cell,
  rule: MissingRule,
  now: number,
): readonly Effect[] {
  const { entry } = cell
  cell.phase = 'active'
  cell.since = now
  desk.changed(cell)
  const since = entry.seenAt ?? entry.offlineSince ?? now
  const evidence: Evidence[] = [
    {
      kind: 'event',
      device: entry.id,
      ts: entry.offlineSince ?? since,
      type: entry.offlineSince === null ? 'device.silent' : 'device.status',
      text:
        entry.offlineSince === null
          ? { zh: '最后一次消息', en: 'Last message' }
          : { zh: '报告离线', en: 'Reported offline' },
    },
  ]
  const heldMs = Math.max(now - since, rule.offlineForMs)
  return desk.raised(cell, raiseOf(cell, { at: now, heldMs, evidence }))
}
