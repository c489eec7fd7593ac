import type { VisitSchedule } from '../../contracts/care-plan.ts'
import type { VisitStateItem } from '../../contracts/http/care-plans.ts'
import type { Calendar } from './calendar.ts'

export interface VisitWindow {
  readonly from: number
  readonly to: number
}

const dayBegins = '00:00'
const defaultFrom = '08:00'
const defaultTo = '18:00'
/** A visit that lies further back is a matter of the past week's report, not of today. */
const daysBack = 14
const daysAhead = 14

/**
 * The windows in which a visit is due, in order. With weekdays, one on each of them; else the week is cut
 * into as many equal parts as visits are due, and each part wants one.
 */
export function visitWindows(
  schedule: VisitSchedule,
  perWeek: number,
  calendar: Calendar,
  now: number,
): VisitWindow[] {
  const today = calendar.dayOf(now)
  const monday = calendar.plus(today, 1 - calendar.weekday(today))
  const off = new Set((schedule.off ?? []).map(({ day }) => day))
  const weekdays = schedule.weekdays ?? []
  const windows: VisitWindow[] = []
  for (let day = -daysBack; day < daysAhead + 7; day += 7) {
    const start = calendar.plus(monday, day)
    if (weekdays.length > 0) windows.push(...byWeekday(schedule, start, off, calendar))
    else windows.push(...byShare(schedule, perWeek, start, off, calendar))
  }
  return windows.toSorted((a, b) => a.to - b.to)
}

function byWeekday(
  schedule: VisitSchedule,
  monday: string,
  off: ReadonlySet<string>,
  calendar: Calendar,
): VisitWindow[] {
  return (schedule.weekdays ?? [])
    .map((weekday) => calendar.plus(monday, weekday - 1))
    .filter((day) => !off.has(day))
    .map((day) => ({
      from: calendar.at(day, schedule.from ?? defaultFrom),
      to: calendar.at(day, schedule.to ?? defaultTo),
    }))
}

function byShare(
  schedule: VisitSchedule,
  perWeek: number,
  monday: string,
  off: ReadonlySet<string>,
  calendar: Calendar,
): VisitWindow[] {
  const windows: VisitWindow[] = []
  let from = calendar.at(monday, dayBegins)
  for (let part = 1; part <= perWeek; part += 1) {
    let day = calendar.plus(monday, Math.ceil((7 * part) / perWeek) - 1)
    for (let moved = 0; off.has(day) && moved < 14; moved += 1) day = calendar.plus(day, 1)
    const to = calendar.at(day, schedule.to ?? defaultTo)
    if (to <= from) continue
    windows.push({ from, to })
    from = to
  }
  return windows
}

export interface VisitFacts {
  readonly schedule: VisitSchedule | null
  readonly perWeek: number
  /** Times of visits in which the person was seen. */
  readonly seenAt: readonly number[]
  /** Nothing was due before the plan. */
  readonly since: number
}

/** What is due and what is late. A visit that comes late ends the lateness. */
export function visitState(facts: VisitFacts, calendar: Calendar, now: number): VisitStateItem {
  const { schedule, seenAt, since } = facts
  const perWeek = schedule?.weekdays?.length || schedule?.perWeek || facts.perWeek
  const today = calendar.dayOf(now)
  const monday = calendar.at(calendar.plus(today, 1 - calendar.weekday(today)), dayBegins)
  const doneThisWeek = seenAt.filter((at) => at >= monday && at <= now).length
  if (perWeek === 0) return { next: null, overdue: null, doneThisWeek, perWeek }
  const windows = visitWindows(schedule ?? {}, perWeek, calendar, now).filter(
    ({ to }) => to > since,
  )
  // Whoever comes in the morning of an afternoon visit has come.
  const begins = ({ from }: VisitWindow) =>
    schedule?.weekdays === undefined || schedule.weekdays.length === 0
      ? from
      : calendar.at(calendar.dayOf(from), dayBegins)
  const seenIn = (window: VisitWindow) => seenAt.some((at) => at >= begins(window) && at <= now)
  const last = windows.findLast(({ to }) => to <= now)
  return {
    next: windows.find((window) => window.to > now && !seenIn(window)) ?? null,
    overdue: last !== undefined && !seenIn(last) ? last : null,
    doneThisWeek,
    perWeek,
  }
}
