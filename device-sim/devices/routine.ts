import { dayMs, hourMs, minuteMs, secondMs } from '../../contracts/clock.ts'
import type { HomeSpec } from '../community/cast.ts'
import type { Random } from '../random.ts'

/** One thing that people do at home and that a sensor there can notice. */
export interface Moment {
  readonly ts: number
  readonly what: 'motion' | 'door' | 'water' | 'power'
  /** Litres for `water`, watt-hours for `power`, else 0. */
  readonly amount: number
}

/** China Standard Time has no daylight saving: the local day is a shift. */
const localShiftMs = 8 * hourMs

/** The local day that holds `ts`, counted from 1970. */
export const localDay = (ts: number): number => Math.floor((ts + localShiftMs) / dayMs)
const startOfLocalDay = (day: number): number => day * dayMs - localShiftMs

interface Habit {
  readonly atHour: number
  readonly spreadMinutes: number
  readonly moments: readonly Moment['what'][]
}

const elderHabits: readonly Habit[] = [
  { atHour: 5.8, spreadMinutes: 25, moments: ['motion', 'water', 'power'] },
  { atHour: 6.6, spreadMinutes: 20, moments: ['motion', 'power', 'water'] },
  { atHour: 8.2, spreadMinutes: 40, moments: ['door', 'motion', 'door'] },
  { atHour: 9.7, spreadMinutes: 30, moments: ['motion', 'water'] },
  { atHour: 11.3, spreadMinutes: 20, moments: ['motion', 'power', 'water'] },
  { atHour: 14.6, spreadMinutes: 30, moments: ['motion', 'water'] },
  { atHour: 16.2, spreadMinutes: 40, moments: ['door', 'motion', 'door'] },
  { atHour: 17.5, spreadMinutes: 20, moments: ['motion', 'power', 'water'] },
  { atHour: 19.4, spreadMinutes: 30, moments: ['motion', 'power'] },
  { atHour: 21, spreadMinutes: 25, moments: ['motion', 'water'] },
  { atHour: 26.5, spreadMinutes: 40, moments: ['motion', 'water'] },
]
const workingHabits: readonly Habit[] = [
  { atHour: 6.8, spreadMinutes: 20, moments: ['motion', 'water', 'power'] },
  { atHour: 7.8, spreadMinutes: 20, moments: ['door'] },
  { atHour: 12.2, spreadMinutes: 50, moments: ['motion'] },
  { atHour: 18.3, spreadMinutes: 40, moments: ['door', 'motion', 'power', 'water'] },
  { atHour: 20.1, spreadMinutes: 40, moments: ['motion', 'water', 'power'] },
  { atHour: 22.4, spreadMinutes: 30, moments: ['motion', 'water'] },
]

const amountOf = (what: Moment['what'], random: Random): number => {
  if (what === 'water') return Math.round(random.between(3, 35))
  if (what === 'power') return Math.round(random.between(45, 90))
  return 0
}

/** The moments of one home on one local day, in order of time; the same for the same seed. */
export function momentsOfDay(home: HomeSpec, day: number, seed: Random): readonly Moment[] {
  const random = seed.fork(`routine/${home.id}/${day}`)
  const start = startOfLocalDay(day)
  const moments: Moment[] = []
  for (const habit of home.kind.startsWith('elder') ? elderHabits : workingHabits) {
    let ts = start + habit.atHour * hourMs
    ts += random.between(-habit.spreadMinutes, habit.spreadMinutes) * minuteMs
    for (const what of habit.moments) {
      moments.push({ ts: Math.round(ts), what, amount: amountOf(what, random) })
      ts += random.between(40 * secondMs, 6 * minuteMs)
    }
  }
  return moments.sort((a, b) => a.ts - b.ts)
}

/** Cuts a routine off: nothing at all happens between the last sign of life and `until`. */
export interface LastSign {
  readonly at: number
  readonly until: number
}

/** What happens in a home during `(from, to]`. The last sign itself is a motion at exactly that time. */
export function momentsBetween(
  home: HomeSpec,
  from: number,
  to: number,
  seed: Random,
  lastSign: LastSign | null,
): readonly Moment[] {
  const moments: Moment[] = []
  // A day's last habits may fall after midnight, so the day before is asked too.
  for (let day = localDay(from) - 1; day <= localDay(to); day += 1) {
    moments.push(...momentsOfDay(home, day, seed))
  }
  const kept = moments.filter(
    (moment) =>
      lastSign === null || moment.ts < lastSign.at - 5 * minuteMs || moment.ts > lastSign.until,
  )
  if (lastSign !== null) kept.push({ ts: lastSign.at, what: 'motion', amount: 0 })
  return kept.filter((moment) => moment.ts > from && moment.ts <= to).sort((a, b) => a.ts - b.ts)
}
