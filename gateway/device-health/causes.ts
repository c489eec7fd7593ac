import type { Evidence } from '../../contracts/anomaly.ts'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { AnyEffect, RaiseEffect } from '../model/effect.ts'
import type { Cause, DeviceEntry } from './entry.ts'
import { type Group, viaKey } from './groups.ts'
import type { HealthDesk } from './health-desk.ts'
import { grainMs, isQuiet, rhythmMs } from './silence.ts'
import { clearOf, lastWord, nameOf, offlineKey } from './texts.ts'

const namesShown = 12
const evidenceShown = 20
const tellEveryMs = minuteMs

/** What the devices of a group say about one cause. */
export interface Cohort {
  readonly group: Group
  /** Down, or quiet for longer than is usual, since about the same time. */
  readonly lost: readonly DeviceEntry[]
  readonly alive: number
  /** Not yet due to speak. */
  readonly undecided: number
}

const lostAt = (entry: DeviceEntry): number => entry.memory.offlineSince ?? entry.memory.seenAt ?? 0

function isTogether(desk: HealthDesk, a: DeviceEntry, b: DeviceEntry): boolean {
  const slack = Math.max(rhythmMs(a) ?? 0, rhythmMs(b) ?? 0)
  return Math.abs(lostAt(a) - lostAt(b)) <= desk.settings.causeWindowMs + slack
}

export function cohortOf(desk: HealthDesk, group: Group, entry: DeviceEntry, now: number): Cohort {
  const lost: DeviceEntry[] = []
  let alive = 0
  let undecided = 0
  for (const id of group.members) {
    const member = desk.known(group.community, id)
    if (member === null || member.device === null || member.memory.online === null) continue
    const { memory } = member
    if (memory.unstable) continue
    const gone = memory.downSince !== null || isQuiet(member, now)
    if (gone) {
      if (member === entry || isTogether(desk, member, entry)) lost.push(member)
    } else if (
      (memory.seenAt ?? 0) >
      lostAt(entry) + grainMs(member) + grainMs(entry) + 5 * secondMs
    )
      alive += 1
    else undecided += 1
  }
  return { group, lost, alive, undecided }
}

const leastOf = (desk: HealthDesk, { kind }: Group): number =>
  kind === 'community' ? desk.settings.causeCommunityMin : desk.settings.causeMin

const fewAlive = (desk: HealthDesk, { lost, alive }: Cohort): boolean =>
  alive <= desk.settings.causeAliveShareMax * (alive + lost.length)

export const isCause = (desk: HealthDesk, cohort: Cohort): boolean =>
  cohort.lost.length >= leastOf(desk, cohort.group) && fewAlive(desk, cohort)

/**
 * All the lost hang on one device that has gone, or on one of which nobody who hangs on it speaks: that is
 * the cause, and not what they otherwise have in common. A bridge takes its sensors along at once, while
 * others that could show that the rest is well are not yet due to speak.
 */
export function isOneParents(
  desk: HealthDesk,
  { lost, group }: Cohort,
  entry: DeviceEntry,
  now: number,
): boolean {
  if (group.kind === 'via') return false
  const chains = lost.map(({ id, device }) => [
    id,
    ...(device === null ? [] : desk.groups.parents(device)),
  ])
  const shared = chains[0]?.filter((id) => chains.every((chain) => chain.includes(id))) ?? []
  return shared.some((id) => {
    const parent = desk.known(group.community, id)
    if (parent !== null && parent.memory.downSince !== null) return true
    const carried = desk.groups.named(viaKey(group.community, id))
    return carried !== null && isCause(desk, cohortOf(desk, carried, entry, now))
  })
}

/** Nobody speaks for the group, and those who have not yet been due could make it one cause. */
export const mayBecomeCause = (desk: HealthDesk, cohort: Cohort): boolean =>
  cohort.lost.length + cohort.undecided >= leastOf(desk, cohort.group) && fewAlive(desk, cohort)

/** Devices that the cause speaks for. */
export function foldedInto(desk: HealthDesk, cause: Cause): DeviceEntry[] {
  const members = cause.kind === 'via' ? desk.groups.childrenOf(cause.community, cause.of) : null
  const entries =
    members === null
      ? desk.sorted()
      : members.flatMap((id) => desk.known(cause.community, id) ?? [])
  return entries.filter(({ memory }) => memory.foldedInto === cause.key)
}

/** Puts a device under a cause; its own report, where it had one, ends with that. */
export function fold(desk: HealthDesk, entry: DeviceEntry, key: string, now: number): AnyEffect[] {
  const { memory } = entry
  const effects: AnyEffect[] = []
  if (memory.raised && offlineKey(entry) !== key)
    effects.push(clearOf(offlineKey(entry), now, mergedReason, true))
  const narrower = memory.foldedInto === null ? undefined : desk.causes.get(memory.foldedInto)
  if (narrower !== undefined) {
    narrower.left -= 1
    desk.touchCause(narrower)
    if (narrower.left === 0) {
      desk.dropCause(narrower)
      effects.push(clearOf(narrower.key, now, mergedReason, true))
    }
  }
  memory.raised = false
  memory.heldSince = null
  memory.heldUntil = null
  memory.foldedInto = key
  desk.touch(entry)
  const cause = desk.causes.get(key)
  if (cause !== undefined) {
    cause.left += 1
    desk.touchCause(cause)
  }
  return effects
}

const mergedReason: LocalText = {
  zh: '同一原因的多台设备离线，并入一张工单',
  en: 'One of many devices lost to one cause: joined to its ticket',
}

/** One more that the open cause speaks for; the ticket is told now and then. */
export function foldLater(
  desk: HealthDesk,
  entry: DeviceEntry,
  cause: Cause,
  now: number,
): AnyEffect[] {
  const effects = fold(desk, entry, cause.key, now)
  const count = cause.left
  if (count <= cause.size) return effects
  cause.size = count
  cause.untold += 1
  if (now - cause.toldAt >= tellEveryMs) {
    const text = { zh: `现在共 ${count} 台离线`, en: `${count} devices are offline by now` }
    effects.push({
      kind: 'add',
      key: cause.key,
      at: now,
      evidence: [{ kind: 'note', ts: now, text }],
    })
    cause.untold = 0
    cause.toldAt = now
  }
  desk.touchCause(cause)
  return effects
}

export function raiseCause(desk: HealthDesk, cohort: Cohort, now: number): AnyEffect[] {
  const { group, lost } = cohort
  const cause: Cause = {
    key: group.key,
    community: group.community,
    kind: group.kind,
    of: group.of,
    raisedAt: now,
    size: lost.length,
    left: 0,
    untold: 0,
    toldAt: now,
  }
  desk.touchCause(cause)
  const effects: AnyEffect[] = [reportCause(desk, cohort, now)]
  for (const entry of lost)
    if (entry.memory.downSince !== null) {
      effects.push(...fold(desk, entry, group.key, now))
      desk.wait(entry, null)
    }
  return effects
}

function reportCause(desk: HealthDesk, { group, lost }: Cohort, now: number): RaiseEffect {
  const parent = group.kind === 'via' ? desk.roster.device(group.community, group.of) : null
  const names = lost.slice(0, namesShown).map(nameOf)
  const first = lost[0]
  const rule = first === undefined ? null : desk.missingRule(first)
  const evidence: Evidence[] = lost.slice(0, evidenceShown).map((entry) => lastWord(entry, now))
  const place = parent?.place ?? (group.kind === 'place' ? (first?.device?.place ?? null) : null)
  const more = lost.length > names.length
  return {
    kind: 'raise',
    type: 'device.offline',
    key: group.key,
    severity: 'major',
    community: group.community,
    device: parent?.id ?? null,
    place,
    subject: parent === null ? null : { kind: 'device', id: parent.id, name: parent.name },
    title: titleOf(group, parent?.name ?? group.of, lost.length),
    description: {
      zh: `${names.join('、')}${more ? ` 等 ${lost.length} 台` : ''}几乎同时没了消息。请先查共同的电源、交换机和上联，不必逐台去看。`,
      en: `${names.join(', ')}${more ? ` and ${lost.length - names.length} more` : ''} fell silent together. Look at the power, switch and uplink they share first.`,
    },
    at: now,
    rule: { id: 'device-offline-cause', version: rule?.versionTag ?? '1' },
    evidence,
  }
}

function titleOf({ kind }: Group, of: string, n: number): LocalText {
  const zh = `${n} 台设备同时离线`
  const en = `${n} devices offline together`
  switch (kind) {
    case 'via':
      return { zh: `${of}或它的电源：${zh}`, en: `${of} or its power: ${en}` }
    case 'place':
      return { zh: `${of}的交换机或电源：${zh}`, en: `Switch or power at ${of}: ${en}` }
    case 'type':
      return { zh: `${of} 类设备的网桥或服务：${zh}`, en: `Bridge or service of ${of}: ${en}` }
    case 'community':
      return { zh: `小区的网络或电源：${zh}`, en: `Network or power of the community: ${en}` }
  }
}
