import type { Evidence } from '../../contracts/anomaly.ts'
import { hourMs } from '../../contracts/clock.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { ClearEffect, Effect, RaiseEffect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import { gapMaxMs } from './coverage.ts'
import { clip, total } from './intervals.ts'
import type { Person } from './person.ts'
import { covered } from './source.ts'
import { cannotTellTitle, lastText, sentences, spanText, timeText, unseenTitle } from './texts.ts'
import { decidableAt, homeOf, type View, viewOf, watched, watchedMs } from './view.ts'

export type CareType = 'resident.unseen' | 'resident.cannot-tell'
const shownMs = 36 * hourMs

export const keyOf = (type: CareType, person: Person): string =>
  `${type}:${person.resident.community}:${person.id}`

/** What ended an alarm. */
export interface Cause {
  readonly reason: LocalText
  readonly resolves: boolean
  readonly evidence: readonly Evidence[]
}
const timeMoved: Cause = {
  reason: {
    zh: '期限已推后（外出登记或补到的记录）',
    en: 'Deadline moved: absence or late records',
  },
  resolves: false,
  evidence: [],
}

/**
 * Brings a person's alarms in line with what is known at `now`, and sets when to look again.
 * Past the deadline: `resident.unseen` when somebody looked for `coverageShare` of the window, else
 * `resident.cannot-tell`, which becomes `unseen` as well once enough coverage has come in. Before the
 * deadline nothing stands. Undecided while history is being delivered.
 */
export function review(desk: CareDesk, person: Person, now: number, cause = timeMoved): Effect[] {
  const view = viewOf(desk, person, now)
  if (view.deadline === null || now < view.deadline) {
    const effects = end(person, now, cause)
    wait(
      desk,
      person,
      view.deadline === null ? null : Math.max(view.deadline, decidableAt(desk, person)),
      effects.length > 0,
    )
    return effects
  }
  if (person.unseenAt !== null) return []
  const decidable = decidableAt(desk, person)
  if (now < decidable) {
    wait(desk, person, decidable, false)
    return []
  }
  const seenMs = watchedMs(desk, person, view, now)
  const enough = seenMs >= desk.settings.coverageShare * view.windowMs
  if (!enough && person.cannotTellAt !== null) return []
  if (enough) person.unseenAt = now
  else person.cannotTellAt = now
  wait(desk, person, null, true)
  return [
    raise(desk, person, view, enough ? 'resident.unseen' : 'resident.cannot-tell', seenMs, now),
  ]
}

function wait(desk: CareDesk, person: Person, dueAt: number | null, changed: boolean): void {
  if (!changed && person.dueAt === dueAt) return
  person.dueAt = dueAt
  desk.touchPerson(person)
}

/** Ends what stands. */
export function end(person: Person, at: number, cause: Cause): ClearEffect[] {
  const effects: ClearEffect[] = []
  const clear = (type: CareType): void => {
    effects.push({ kind: 'clear', key: keyOf(type, person), at, ...cause })
  }
  if (person.unseenAt !== null) clear('resident.unseen')
  if (person.cannotTellAt !== null) clear('resident.cannot-tell')
  person.unseenAt = null
  person.cannotTellAt = null
  return effects
}

/** Which sources are silent, since when; at most four. */
export function deadSources(desk: CareDesk, person: Person, now: number): LocalText[] {
  const sources = desk.sourcesOf(person.resident.household)
  if (sources.length === 0)
    return [{ zh: '家里没有能看到的设备', en: 'No device at home that could look' }]
  return sources
    .flatMap(({ source, device }): LocalText[] => {
      const seenUntil = covered(source).at(-1)?.[1] ?? source.last?.at ?? null
      const allowedMs = gapMaxMs(source, desk.settings, source.last?.seq !== null)
      if (seenUntil !== null && now - seenUntil <= allowedMs) return []
      if (seenUntil === null)
        return [{ zh: `${device.name}没有记录`, en: `${device.name} has no records` }]
      const time = timeText(seenUntil, desk.settings.utcOffsetMinutes)
      return [
        { zh: `${device.name} ${time} 起没有数据`, en: `${device.name} silent since ${time}` },
      ]
    })
    .slice(0, 4)
}

function raise(
  desk: CareDesk,
  person: Person,
  view: View,
  type: CareType,
  seenMs: number,
  now: number,
): RaiseEffect {
  const { resident } = person
  const household = resident.household === null ? null : desk.roster.household(resident.household)
  const percent = Math.floor((100 * seenMs) / Math.max(1, view.unseenMs))
  const span = spanText(view.unseenMs)
  const seen = spanText(seenMs)
  const last = lastText(view.last, desk.settings.utcOffsetMinutes)
  const looked: LocalText = {
    zh: `${span.zh}里看守到 ${seen.zh}（${percent}%）`,
    en: `Watched ${seen.en} of ${span.en} (${percent} %)`,
  }
  const act: LocalText = {
    zh: '请先打电话，没人接就上门看看',
    en: 'Call first; go there if nobody answers',
  }
  const unseen = type === 'resident.unseen'
  return {
    kind: 'raise',
    type,
    key: keyOf(type, person),
    severity: unseen ? 'critical' : 'major',
    community: resident.community,
    device: null,
    place: household?.place ?? null,
    subject: { kind: 'resident', id: resident.id, name: resident.honorific || resident.name },
    title: unseen
      ? unseenTitle(resident.honorific, view.unseenMs)
      : cannotTellTitle(resident.honorific, seenMs),
    description: unseen
      ? sentences(last, looked, act)
      : sentences(last, looked, ...deadSources(desk, person, now), act),
    at: Math.min(now, view.deadline ?? now),
    rule: { id: 'care', version: desk.versionTag },
    evidence: [coverageEvidence(desk, person, now)],
  }
}

function coverageEvidence(desk: CareDesk, person: Person, now: number): Evidence {
  const from = now - shownMs
  const inside = (at: number): boolean => at >= from && at <= now
  const sources = desk.sourcesOf(person.resident.household).map(({ source, device }) => ({
    source: device.id,
    name: device.name,
    intervals: clip(covered(source), from, now)
      .slice(-200)
      .map(([a, b]): [number, number] => [a, b]),
    evidenceAt: source.signs.filter(inside).slice(-200),
  }))
  const own = person.signs.filter(inside).slice(-200)
  if (own.length > 0)
    sources.push({ source: 'staff', name: '门卡与看望', intervals: [], evidenceAt: own })
  return {
    kind: 'coverage',
    from,
    to: now,
    coveredMs: homeOf(desk, person) === null ? 0 : total(watched(desk, person, from, now)),
    sources: sources.slice(0, 32),
  }
}
