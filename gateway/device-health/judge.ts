import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { AnyEffect } from '../model/effect.ts'
import {
  cohortOf,
  fold,
  foldedInto,
  foldLater,
  isCause,
  isOneParents,
  mayBecomeCause,
  raiseCause,
} from './causes.ts'
import type { Cause, DeviceEntry } from './entry.ts'
import { becomeCalm, isFlapping, noteDrop, reportUnstable } from './flapping.ts'
import { viaKey } from './groups.ts'
import type { HealthDesk } from './health-desk.ts'
import { downAt, isQuiet } from './silence.ts'
import {
  clearOf,
  filled,
  lastWord,
  offlineKey,
  type OfflineRule,
  reasons,
  reportOf,
} from './texts.ts'

/** A parent that has not been heard either is waited for, if its own verdict comes so soon. */
const parentVerdictMaxMs = 10 * minuteMs

const offlineForMs = (desk: HealthDesk, entry: DeviceEntry): number | null =>
  entry.isCamera
    ? (desk.cameraRule(entry)?.forMs ?? null)
    : (desk.missingRule(entry)?.offlineForMs ?? null)

/** A device of which its bridge no longer speaks is silent for no fault of its own. */
const deadlineOf = (desk: HealthDesk, entry: DeviceEntry): number | null =>
  entry.device?.announced === false
    ? null
    : downAt(desk.missingRule(entry), offlineForMs(desk, entry), entry, desk.settledAt)

/** Looks at a device whose time has come, or of which something new is known, and sets when to look again. */
export function look(desk: HealthDesk, entry: DeviceEntry, now: number): AnyEffect[] {
  if (entry.device === null) return []
  const { memory } = entry
  const effects = becomeCalm(desk, entry, now)
  const deadline = deadlineOf(desk, entry)
  if (memory.downSince === null && deadline !== null && now >= deadline) {
    memory.downSince = now
    desk.touch(entry)
    if (memory.offlineSince === null) noteDrop(desk, entry, now)
  }
  if (memory.downSince !== null && !memory.raised && memory.foldedInto === null) {
    const spoken = speak(desk, entry, now)
    effects.push(...spoken.effects)
    memory.heldUntil = spoken.lookAt
    if (spoken.lookAt === null) memory.heldSince = null
    desk.touch(entry)
  }
  schedule(desk, entry)
  return effects
}

/** When to look again, from what is remembered alone. */
export function schedule(desk: HealthDesk, entry: DeviceEntry): void {
  const { memory } = entry
  const down = memory.downSince !== null
  let next = down ? memory.heldUntil : deadlineOf(desk, entry)
  if (memory.unstable) {
    const calmAt = (memory.drops.at(-1) ?? 0) + desk.settings.flapCalmMs
    next = Math.min(next ?? calmAt, calmAt)
  }
  // Never in the past: a tick must not set the clock back.
  desk.wait(entry, next === null ? null : Math.max(next, desk.now ?? next))
}

interface Spoken {
  readonly effects: AnyEffect[]
  readonly lookAt: number | null
}
const said = (effects: AnyEffect[]): Spoken => ({ effects, lookAt: null })

/** A device is down: who speaks for it — its parent, a cause that it shares, or itself. */
function speak(desk: HealthDesk, entry: DeviceEntry, now: number): Spoken {
  const { device, memory } = entry
  if (device === null) return said([])
  if (isFlapping(desk, entry, now)) return said(reportUnstable(desk, entry, now))
  const parents = desk.groups.parents(device).map((id) => desk.known(device.community, id))
  const dead = parents.find((parent) => parent !== null && parent.memory.downSince !== null)
  if (dead !== undefined && dead !== null) {
    const key = dead.memory.foldedInto ?? offlineKey(dead)
    const cause = desk.causes.get(key)
    return said(
      cause === undefined ? fold(desk, entry, key, now) : foldLater(desk, entry, cause, now),
    )
  }
  const groups = desk.groups.of(device)
  for (const key of [viaKey(entry.community, entry.id), ...groups.map((group) => group.key)]) {
    const cause = desk.causes.get(key)
    if (cause !== undefined) return said(foldLater(desk, entry, cause, now))
  }
  memory.heldSince ??= now
  let waitUntil = parentVerdictAt(parents, now)
  for (const group of groups) {
    const cohort = cohortOf(desk, group, entry, now)
    if (isCause(desk, cohort) && !isOneParents(desk, cohort, entry, now))
      return said(raiseCause(desk, cohort, now))
    if (group.kind === 'type' || group.kind === 'community') continue
    const { gatherViaMs, gatherMs } = desk.settings
    const gathered = memory.heldSince + (group.kind === 'via' ? gatherViaMs : gatherMs)
    if (mayBecomeCause(desk, cohort)) waitUntil = Math.max(waitUntil, gathered)
  }
  return waitUntil > now
    ? { effects: [], lookAt: waitUntil }
    : said(reportOffline(desk, entry, now))
}

function parentVerdictAt(parents: readonly (DeviceEntry | null)[], now: number): number {
  for (const parent of parents) {
    if (parent === null || !isQuiet(parent, now) || parent.dueAt === null) continue
    if (parent.dueAt - now <= parentVerdictMaxMs) return parent.dueAt + secondMs
  }
  return 0
}

function reportOffline(desk: HealthDesk, entry: DeviceEntry, now: number): AnyEffect[] {
  const { memory } = entry
  const rule: OfflineRule | null = entry.isCamera ? desk.cameraRule(entry) : desk.missingRule(entry)
  if (rule === null) return []
  memory.raised = true
  const since = memory.offlineSince ?? memory.seenAt ?? now
  const camera = rule.kind === 'camera'
  const heldMs = camera ? rule.forMs : Math.max(now - (memory.seenAt ?? since), rule.offlineForMs)
  return [
    reportOf(entry, rule.anomaly, offlineKey(entry), rule.severity, ruleOf(rule), {
      title: filled(rule.title, entry, heldMs),
      description: filled(rule.description, entry, heldMs),
      at: camera ? Math.min(now, since + rule.forMs) : now,
      evidence: [lastWord(entry, now)],
    }),
  ]
}

const ruleOf = (rule: OfflineRule) => ({ id: rule.id, version: rule.versionTag })

/** It has spoken, or its status or picture is back. */
export function comeUp(desk: HealthDesk, entry: DeviceEntry, now: number): AnyEffect[] {
  const { memory } = entry
  const effects: AnyEffect[] = []
  if (memory.downSince !== null) {
    memory.downSince = null
    memory.heldSince = null
    memory.heldUntil = null
    desk.touch(entry)
    if (memory.raised && !memory.unstable) {
      memory.raised = false
      const reason = entry.isCamera ? reasons.pictureBack : reasons.back
      effects.push(clearOf(offlineKey(entry), now, reason))
    }
    effects.push(...leave(desk, entry, now))
    effects.push(...release(desk, entry, now))
  }
  effects.push(...look(desk, entry, now))
  return effects
}

/** It is no longer one of those that its cause speaks for; the cause ends when half of them are back. */
export function leave(desk: HealthDesk, entry: DeviceEntry, now: number): AnyEffect[] {
  const key = entry.memory.foldedInto
  if (key === null) return []
  entry.memory.foldedInto = null
  desk.touch(entry)
  const cause = desk.causes.get(key)
  if (cause === undefined) return []
  cause.left -= 1
  desk.touchCause(cause)
  const parentBack = cause.kind === 'via' && cause.of === entry.id
  const parent = cause.kind === 'via' ? desk.known(cause.community, cause.of) : null
  if (!parentBack && parent !== null && parent.memory.downSince !== null) return []
  if (!parentBack && cause.left * 2 > cause.size) return []
  return endCause(desk, cause, foldedInto(desk, cause), now)
}

function endCause(
  desk: HealthDesk,
  cause: Cause,
  left: readonly DeviceEntry[],
  now: number,
): AnyEffect[] {
  const reason: LocalText = {
    zh: `恢复了：${cause.size} 台里还差 ${left.length} 台`,
    en: `Back again: ${left.length} of ${cause.size} still to come`,
  }
  desk.dropCause(cause)
  for (const member of left) letGo(desk, member, now)
  return [clearOf(cause.key, now, reason)]
}

/** A parent is back: its children get time to follow, then they count for themselves. */
export function release(desk: HealthDesk, parent: DeviceEntry, now: number): AnyEffect[] {
  const key = offlineKey(parent)
  const waiting = [parent.id]
  const seen = new Set(waiting)
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
    for (const childId of desk.groups.childrenOf(parent.community, id)) {
      if (seen.has(childId)) continue
      seen.add(childId)
      waiting.push(childId)
      const child = desk.known(parent.community, childId)
      if (child !== null && child.memory.foldedInto === key) letGo(desk, child, now)
    }
  return []
}

/** Its silence counts anew, once it has had time to come back. */
function letGo(desk: HealthDesk, entry: DeviceEntry, now: number): void {
  const { memory } = entry
  memory.foldedInto = null
  memory.downSince = null
  memory.heldSince = null
  memory.heldUntil = null
  memory.quietFrom = now + desk.book.settleMs
  memory.gapFrom = null
  desk.touch(entry)
  schedule(desk, entry)
}

/** What stands of a device that is withdrawn, or gone, ends. */
export function withdraw(desk: HealthDesk, entry: DeviceEntry, now: number): AnyEffect[] {
  const { memory } = entry
  const effects: AnyEffect[] = []
  if (memory.raised) effects.push(clearOf(offlineKey(entry), now, reasons.gone))
  if (memory.clockRaised)
    effects.push(clearOf(`device.clock:${entry.community}:${entry.id}`, now, reasons.gone))
  memory.raised = false
  memory.unstable = false
  memory.clockRaised = false
  effects.push(...leave(desk, entry, now), ...release(desk, entry, now))
  return effects
}
