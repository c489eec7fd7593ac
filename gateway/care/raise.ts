import type { Evidence } from '../../contracts/anomaly.ts'
import { hourMs } from '../../contracts/clock.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { RaiseEffect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import { type CareType, keyOf } from './cause.ts'
import { gapMaxMs } from './coverage.ts'
import { clip, total } from './intervals.ts'
import type { Person } from './person.ts'
import { sicknessOf } from './rhythm.ts'
import { covered } from './source.ts'
import {
  cannotTellTitle,
  lastText,
  offlineText,
  sentences,
  sickText,
  spanText,
  unseenTitle,
} from './texts.ts'
import { homeOf, type View, watched } from './view.ts'

const shownMs = 36 * hourMs

/** Which sources could not look, and since when; at most four. */
export function deadSources(desk: CareDesk, person: Person, now: number): LocalText[] {
  const sources = desk.sourcesFor(person)
  if (sources.length === 0)
    return [{ zh: '家里没有能看到的设备', en: 'No device at home that could look' }]
  return sources
    .flatMap(({ source, device }): LocalText[] => {
      const sick = sicknessOf(source)
      if (sick !== null) return [sickText(device.name, sick.why, sick.everyMs)]
      const seenUntil = covered(source).at(-1)?.[1] ?? source.last?.at ?? null
      const allowedMs = gapMaxMs(source, desk.settings, source.last?.seq !== null)
      if (seenUntil !== null && now - seenUntil <= allowedMs) return []
      if (seenUntil === null)
        return [{ zh: `${device.name}没有记录`, en: `${device.name} has no records` }]
      return [offlineText(device.name, seenUntil, now, desk.settings.utcOffsetMinutes)]
    })
    .slice(0, 4)
}

export function raise(
  desk: CareDesk,
  person: Person,
  view: View,
  type: Exclude<CareType, 'resident.should-be-back'>,
  seenMs: number,
  now: number,
): RaiseEffect {
  const { resident } = person
  const household = resident.household === null ? null : desk.roster.household(resident.household)
  const percent = Math.min(100, Math.floor((100 * seenMs) / Math.max(1, view.unseenMs)))
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
      : cannotTellTitle(resident.honorific, seenMs, percent),
    description: unseen
      ? sentences(last, looked, act)
      : sentences(last, looked, ...deadSources(desk, person, now), act),
    // What staff and the api say may have parts of a millisecond.
    at: Math.round(Math.min(now, view.deadline ?? now)),
    rule: { id: 'care', version: desk.versionTag },
    evidence: [coverageEvidence(desk, person, now)],
  }
}

function coverageEvidence(desk: CareDesk, person: Person, now: number): Evidence {
  const from = now - shownMs
  const inside = (at: number): boolean => at >= from && at <= now
  const sources = desk.sourcesFor(person).map(({ source, device }) => ({
    source: device.id,
    name: device.name,
    intervals: clip(covered(source), from, now)
      .slice(-200)
      .map(([a, b]): [number, number] => [a, b]),
    evidenceAt: source.signs.filter(inside).slice(-200),
  }))
  const own = person.signs.filter(inside).slice(-200)
  if (own.length > 0)
    sources.push({ source: 'staff', name: '门卡、电话与看望', intervals: [], evidenceAt: own })
  return {
    kind: 'coverage',
    from,
    to: now,
    coveredMs: homeOf(desk, person) === null ? 0 : total(watched(desk, person, from, now)),
    sources: sources.slice(0, 32),
  }
}
