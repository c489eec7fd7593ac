import type { CareItem, CareState } from '../../contracts/care.ts'
import { hourMs } from '../../contracts/clock.ts'
import type { CareDesk } from './care-desk.ts'
import { clip, type Interval, total } from './intervals.ts'
import type { Person } from './person.ts'
import { covered } from './source.ts'
import { isAway } from './span.ts'
import { spanText } from './texts.ts'
import { deadSources } from './raise.ts'
import { isAlone, type View, viewOf, watched } from './view.ts'

const shownMs = 36 * hourMs
const signsMax = 200

const pairs = (intervals: readonly Interval[]): [number, number][] =>
  intervals.map(([from, to]) => [from, to])

function stateOf(person: Person, view: View, now: number): CareState {
  if (person.unseenAt !== null) return 'unseen'
  if (person.cannotTellAt !== null) return 'cannot-tell'
  if (isAway(view.away, now)) return 'away'
  return view.unseenMs >= view.windowMs / 2 ? 'watch' : 'ok'
}

/** How a watched resident is shown; computed when asked, from what is known. */
export function itemOf(desk: CareDesk, person: Person, now: number): CareItem {
  const { resident } = person
  const from = now - shownMs
  const view = viewOf(desk, person, now)
  const inside = (at: number): boolean => at >= from && at <= now
  const sources = desk.sourcesFor(person).map(({ source, device }) => ({
    source: device.id,
    name: device.name,
    coverage: pairs(clip(covered(source), from, now)),
    evidenceAt: source.signs.filter(inside).slice(-signsMax),
  }))
  const signs = [...person.signs.filter(inside), ...sources.flatMap(({ evidenceAt }) => evidenceAt)]
  const state = stateOf(person, view, now)
  const place =
    resident.household === null ? null : desk.roster.household(resident.household)?.place
  return {
    resident: { id: resident.id, name: resident.name, honorific: resident.honorific },
    household: resident.household,
    place: place?.name ?? null,
    state,
    windowMs: view.windowMs,
    lastEvidence: view.last,
    lastOwn: person.own,
    deadline: state === 'away' ? null : view.deadline,
    coveredHours: total(watched(desk, person, now - view.windowMs, now)) / hourMs,
    coverage: pairs(watched(desk, person, from, now)),
    evidenceAt: signs.sort((a, b) => a - b).slice(-signsMax),
    away: pairs(clip(view.away, from, now + shownMs)),
    sources,
    reason: reasonOf(desk, person, view, state, now),
  }
}

/** What a tired reader must know on top of the state. */
function reasonOf(
  desk: CareDesk,
  person: Person,
  view: View,
  state: CareState,
  now: number,
): string | null {
  if (state === 'cannot-tell')
    return (
      deadSources(desk, person, now)
        .map(({ zh }) => zh)
        .join('；') || '看守时间不够'
    )
  if (person.shouldBeBackAt !== null) return '登记的外出已到期，还没见到人'
  if (state === 'unseen' || state === 'away' || view.last === null) return null
  const homeOnly = view.last.shows === 'home' && !isAlone(desk, person, now)
  const ownMs = person.own === null ? null : now - person.own.ts
  if (!homeOnly || (ownMs !== null && ownMs < view.windowMs)) return null
  return `只知道家里有人；${person.own === null ? '还没有' : `${spanText(ownMs ?? 0).zh}没有`}单独见到本人`
}
