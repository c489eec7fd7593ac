import type { CareItem, CareState } from '../../contracts/care.ts'
import { hourMs } from '../../contracts/clock.ts'
import type { CareDesk } from './care-desk.ts'
import { deadSources } from './decide.ts'
import { clip, type Interval, total } from './intervals.ts'
import type { Person } from './person.ts'
import { covered } from './source.ts'
import { isAway } from './span.ts'
import { type View, viewOf, watched } from './view.ts'

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
  const sources = desk.sourcesOf(resident.household).map(({ source, device }) => ({
    source: device.id,
    name: device.name,
    coverage: pairs(clip(covered(source), from, now)),
    evidenceAt: source.signs.filter(inside).slice(-signsMax),
  }))
  const signs = [...person.signs.filter(inside), ...sources.flatMap(({ evidenceAt }) => evidenceAt)]
  const state = stateOf(person, view, now)
  const place =
    resident.household === null ? null : desk.roster.household(resident.household)?.place
  const reason =
    state === 'cannot-tell'
      ? deadSources(desk, person, now)
          .map(({ zh }) => zh)
          .join('；') || '看守时间不够'
      : null
  return {
    resident: { id: resident.id, name: resident.name, honorific: resident.honorific },
    household: resident.household,
    place: place?.name ?? null,
    state,
    windowMs: view.windowMs,
    lastEvidence: view.last,
    deadline: state === 'away' ? null : view.deadline,
    coveredHours: total(watched(desk, person, now - view.windowMs, now)) / hourMs,
    coverage: pairs(watched(desk, person, from, now)),
    evidenceAt: signs.sort((a, b) => a - b).slice(-signsMax),
    away: pairs(clip(view.away, from, now + shownMs)),
    sources,
    reason,
  }
}
