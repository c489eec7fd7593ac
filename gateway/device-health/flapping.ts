import type { LocalText } from '../../contracts/text.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { DeviceEntry } from './entry.ts'
import type { HealthDesk } from './health-desk.ts'
import { clearOf, nameOf, offlineKey, reasons, reportOf, spanText } from './texts.ts'

/** It went offline once more; not while we are settling, nor while something else speaks for it. */
export function noteDrop(desk: HealthDesk, entry: DeviceEntry, now: number): void {
  const { memory } = entry
  if (now < desk.settledAt || memory.foldedInto !== null) return
  const since = now - desk.settings.flapWindowMs
  memory.drops = [...memory.drops.filter((at) => at > since), now].slice(-desk.settings.flapCount)
  desk.touch(entry)
}

const dropsWithin = (desk: HealthDesk, entry: DeviceEntry, now: number): number => {
  const since = now - desk.settings.flapWindowMs
  return entry.memory.drops.filter((at) => at > since).length
}

/** Often enough, and by itself: those that come and go together share a cause, and that has its ticket. */
export function isFlapping(desk: HealthDesk, entry: DeviceEntry, now: number): boolean {
  const { flapCount, causeMin } = desk.settings
  if (entry.device === null || dropsWithin(desk, entry, now) < flapCount) return false
  if (entry.memory.unstable) return true
  for (const { kind, community, members } of desk.groups.of(entry.device)) {
    if (kind !== 'via' && kind !== 'place') continue
    const alike = members.filter((id) => {
      const member = desk.known(community, id)
      return member !== null && dropsWithin(desk, member, now) >= flapCount - 1
    })
    if (alike.length >= causeMin) return false
  }
  return true
}

/** One report for all its comings and goings; where it was already reported as offline, a note to that. */
export function reportUnstable(desk: HealthDesk, entry: DeviceEntry, now: number): AnyEffect[] {
  const { memory } = entry
  memory.unstable = true
  memory.heldSince = null
  desk.touch(entry)
  const window = spanText(desk.settings.flapWindowMs)
  const text: LocalText = {
    zh: `${window.zh}内断开 ${memory.drops.length} 次`,
    en: `Lost ${memory.drops.length} times within ${window.en}`,
  }
  if (memory.raised)
    return [
      { kind: 'add', key: offlineKey(entry), at: now, evidence: [{ kind: 'note', ts: now, text }] },
    ]
  memory.raised = true
  const rule = entry.isCamera ? desk.cameraRule(entry) : desk.missingRule(entry)
  if (rule === null) return []
  const name = nameOf(entry)
  const place = entry.device?.place?.name ?? name
  return [
    reportOf(
      entry,
      rule.anomaly,
      offlineKey(entry),
      rule.severity,
      { id: `${rule.id}-unstable`, version: rule.versionTag },
      {
        title: { zh: `${name} 时断时续`, en: `${name} comes and goes` },
        description: {
          zh: `${place} 的 ${name} ${text.zh}。请查信号、供电和接头；稳定 ${spanText(desk.settings.flapCalmMs).zh}后自动结束。`,
          en: `${name} at ${place}: ${text.en}. Check signal, power and plugs; over once it is stable for ${spanText(desk.settings.flapCalmMs).en}.`,
        },
        at: now,
        evidence: memory.drops.map((ts) => ({
          kind: 'event',
          device: entry.id,
          ts,
          type: 'device.drop',
          text: { zh: '断开', en: 'Lost' },
        })),
      },
    ),
  ]
}

/** Long enough without a drop. One that is down by then stays reported as that. */
export function becomeCalm(desk: HealthDesk, entry: DeviceEntry, now: number): AnyEffect[] {
  const { memory } = entry
  if (!memory.unstable) return []
  if (now < (memory.drops.at(-1) ?? 0) + desk.settings.flapCalmMs) return []
  memory.unstable = false
  memory.drops = []
  desk.touch(entry)
  if (memory.downSince !== null || !memory.raised) return []
  memory.raised = false
  return [clearOf(offlineKey(entry), now, reasons.calm)]
}
