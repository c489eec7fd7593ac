import { minuteMs } from '../../contracts/clock.ts'
import type { CareDesk } from './care-desk.ts'
import { clip } from './intervals.ts'
import { alarmedAt, sinceOf } from './person.ts'
import { viewOf } from './view.ts'

/** A pause that no start explains and that is longer than this is a clock that was put right. */
const jumpMs = 5 * minuteMs

/**
 * We were not there from `from` to `to`. Nobody looked then, unless a source delivers what it buffered, so
 * decisions wait a little: a tenth of the pause. When our own clock has leapt, which makes everybody look
 * unseen at once, they wait until life may have shown in the new time.
 */
export function pauseEnded(desk: CareDesk, from: number, to: number, started: boolean): void {
  const { startSettleMaxMs, clockJumpSettleMs } = desk.settings
  const pauseMs = to - from
  const settleMs =
    !started && pauseMs > jumpMs ? clockJumpSettleMs : Math.min(startSettleMaxMs, pauseMs / 10)
  if (!started && pauseMs > jumpMs) shiftWindows(desk, from, to)
  desk.meta({ settledAt: Math.round(to + settleMs) })
}

/** Time that our clock has leapt over has not passed: every window keeps what was left of it. */
function shiftWindows(desk: CareDesk, from: number, to: number): void {
  for (const person of desk.persons.values()) {
    if (alarmedAt(person) !== null) continue
    const { anchor } = viewOf(desk, person, from)
    person.movedAt = Math.min(to, anchor + (to - from))
    person.dueAt = to
    desk.touchPerson(person)
  }
}

/** Our own clock was set back: what lies in the future now happened by so much earlier. */
export function clockSetBack(desk: CareDesk, before: number, now: number): void {
  const back = (at: number): number => (at > now ? Math.max(0, at - (before - now)) : at)
  for (const source of desk.sources()) {
    if (source.last !== null && source.last.at > now) source.last = { ...source.last, at: now }
    if (source.open !== null) source.open = clip([source.open], 0, now)[0] ?? null
    source.ledger = clip(source.ledger, 0, now)
    source.signs = source.signs.filter((at) => at <= now)
    for (const [name, sample] of source.values)
      source.values.set(name, { ...sample, at: Math.min(sample.at, now) })
    source.past = null
    source.rhythms.clear()
    source.flap = null
    source.sick = source.sick.filter(({ since }) => since <= now)
    source.water = source.water.filter(([at]) => at <= now)
    source.clock = null
    desk.touchSource(source)
    desk.touchLedger(source)
  }
  for (const home of desk.homes()) {
    if (home.last !== null) home.last = { ...home.last, ts: back(home.last.ts) }
    if (home.doorAt !== null) home.doorAt = back(home.doorAt)
    home.lateAt = null
    home.lateSince = null
    desk.touchHome(home)
  }
  for (const person of desk.persons.values()) {
    if (person.own !== null) person.own = { ...person.own, ts: back(person.own.ts) }
    if (person.home !== null) person.home = { ...person.home, ts: back(person.home.ts) }
    person.knownAt = Math.min(person.knownAt, now)
    person.movedAt = back(person.movedAt)
    const since = sinceOf(person)
    if (since !== null && since > now) person.sinceAt = back(since)
    if (person.unseenAt !== null) person.unseenAt = Math.min(person.unseenAt, now)
    if (person.cannotTellAt !== null) person.cannotTellAt = Math.min(person.cannotTellAt, now)
    person.hintAt = null
    person.signs = person.signs.filter((at) => at <= now)
    if (person.dueAt !== null) person.dueAt = now
    desk.touchPerson(person)
  }
  desk.meta({ settledAt: Math.min(desk.settledAt, now), startedAt: Math.min(desk.startedAt, now) })
}
