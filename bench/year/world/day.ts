import { dayMs, hourMs, minuteMs } from '../../../contracts/clock.ts'
import type { YearParameters } from '../parameters.ts'
import type { Chance } from './chance.ts'

export const rooms = ['hall', 'living', 'bath', 'kitchen', 'bedroom'] as const
export type Room = (typeof rooms)[number]

/** What somebody does at one moment, if they are there and able to. */
export type Act =
  | { readonly at: number; readonly what: 'move'; readonly room: Room }
  | { readonly at: number; readonly what: 'water'; readonly litres: number }
  | { readonly at: number; readonly what: 'power'; readonly kwh: number }
  | { readonly at: number; readonly what: 'out' }
  | { readonly at: number; readonly what: 'in' }

export interface Habits {
  readonly homebody: boolean
  readonly nightShift: boolean
  /** Hours by which this person rises and goes to bed later than others. */
  readonly shiftHours: number
}

interface Span {
  readonly from: number
  readonly to: number
}

/** When they are awake on this day, and when they are out. */
function frame(
  { life }: YearParameters,
  habits: Habits,
  day: number,
  chance: Chance,
  ill: boolean,
): { awake: Span[]; out: Span[] } {
  const hour = (mean: number, spread: number): number =>
    day + Math.round(chance.normal(mean + habits.shiftHours, spread) * hourMs)
  if (habits.nightShift && !ill && chance.is(life.nightShiftsPerWeek / 7)) {
    const leave = day + 19.5 * hourMs + Math.round(chance.between(0, 30) * minuteMs)
    const back = day + dayMs + 6.5 * hourMs + Math.round(chance.between(0, 60) * minuteMs)
    return { awake: [{ from: day + 14 * hourMs, to: leave }], out: [{ from: leave, to: back }] }
  }
  const awake = { from: hour(life.wakeAt, life.wakeSpread), to: hour(life.bedAt, life.bedSpread) }
  const perDay = habits.homebody ? life.homebodyOutingsPerDay : life.outingsPerDay
  const out: Span[] = []
  let at = awake.from + hourMs
  for (let left = ill ? 0 : chance.count(perDay); left > 0; left--) {
    const from = at + Math.round(chance.wait(2 * hourMs))
    const to = from + Math.round(20 * minuteMs + chance.wait(70 * minuteMs))
    if (to > awake.to) break
    out.push({ from, to })
    at = to + 30 * minuteMs
  }
  return { awake: [awake], out }
}

/** A day of one person, in order; the way back from a night shift lies on the next morning. */
export function dayOf(
  parameters: YearParameters,
  habits: Habits,
  day: number,
  chance: Chance,
): Act[] {
  const { life } = parameters
  const ill = chance.is(life.illDaysPerYear / 365)
  const { awake, out } = frame(parameters, habits, day, chance, ill)
  const acts: Act[] = []
  const somewhere = (from: number, to: number): number => Math.round(chance.between(from, to))
  for (const { from, to } of out) acts.push({ at: from, what: 'out' }, { at: to, what: 'in' })
  for (const { from, to } of awake) {
    const every = life.moveEveryMs * (ill ? 3 : 1)
    for (let at = from + chance.wait(every); at < to; at += chance.wait(every))
      acts.push({ at: Math.round(at), what: 'move', room: chance.pick(rooms) })
    const meals = Math.max(1, chance.count(life.mealsPerDay * (ill ? 0.6 : 1)))
    for (let i = 0; i < meals; i++) {
      const at = somewhere(from, to)
      acts.push({ at, what: 'move', room: 'kitchen' })
      acts.push({ at: at + minuteMs, what: 'water', litres: chance.between(2, 12) })
      acts.push({ at: at + 2 * minuteMs, what: 'power', kwh: chance.between(0.1, 0.8) })
    }
    for (let i = chance.count(life.flushesPerDay); i > 0; i--) {
      const at = somewhere(from, to)
      acts.push({ at, what: 'move', room: 'bath' })
      acts.push({ at: at + minuteMs, what: 'water', litres: chance.between(4, 9) })
    }
    if (chance.is(life.showersPerDay))
      acts.push({ at: somewhere(from, to), what: 'water', litres: chance.between(25, 60) })
  }
  for (let i = chance.count(life.nightToiletPerNight); i > 0; i--) {
    const at = day + somewhere(0, 5 * hourMs)
    acts.push({ at, what: 'move', room: 'bath' })
    acts.push({ at: at + minuteMs, what: 'water', litres: chance.between(4, 9) })
  }
  return acts.sort((a, b) => a.at - b.at)
}
