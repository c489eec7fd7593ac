import { dayMs, hourMs } from '../../../contracts/clock.ts'
import type { YearParameters } from '../parameters.ts'
import type { Chance } from './chance.ts'
import type { Span } from './events.ts'

/** A time away from home, as it was planned and as it comes. */
export interface Journey extends Span {
  readonly reason: 'away' | 'hospital' | 'family'
  readonly announced: boolean
  /** What staff were told: when, from when, until when. */
  readonly toldAt: number
  readonly plannedFrom: number
  readonly plannedTo: number
}

/** Absences of one person in a year, none of which touch. */
export function journeysOf({ absence }: YearParameters, year: Span, chance: Chance): Journey[] {
  const journeys: Journey[] = []
  const add = (
    reason: Journey['reason'],
    from: number,
    meanMs: number,
    minMs: number,
    unannounced: number,
  ): void => {
    const plannedTo = Math.round(from + minMs + chance.wait(Math.max(0, meanMs - minMs)))
    const announced = !chance.is(unannounced)
    const roll = chance.unit()
    const late = roll < absence.overrunShare ? chance.wait(absence.overrunDays * dayMs) : 0
    const early = roll > 1 - absence.earlyShare ? (plannedTo - from) * chance.between(0.1, 0.6) : 0
    const jitter = chance.normal(0, 2) * hourMs
    const to = Math.round(Math.max(from + 4 * hourMs, plannedTo + late - early + jitter))
    const plannedFrom = Math.round(from + chance.normal(0, 0.7) * hourMs)
    journeys.push({
      reason,
      announced,
      from,
      to,
      toldAt: Math.round(plannedFrom - chance.between(1, 72) * hourMs),
      plannedFrom,
      plannedTo,
    })
  }
  const { holidaysPerYear, staysPerYear, hospitalPerYear, sleepoversPerYear } = absence
  for (const at of chance.moments(year.from, year.to, holidaysPerYear))
    add('away', at, absence.holidayDays * dayMs, 2 * dayMs, absence.holidayUnannounced)
  for (const at of chance.moments(year.from, year.to, staysPerYear))
    add('family', at, absence.stayDays * dayMs, dayMs, absence.stayUnannounced)
  for (const at of chance.moments(year.from, year.to, hospitalPerYear))
    add('hospital', at, absence.hospitalDays * dayMs, 2 * dayMs, absence.hospitalUnannounced)
  for (const at of chance.moments(year.from, year.to, sleepoversPerYear)) {
    const to = Math.round(at + chance.between(13, 22) * hourMs)
    const plan = { plannedFrom: at, plannedTo: to, toldAt: at }
    journeys.push({ reason: 'family', announced: false, from: at, to, ...plan })
  }
  let free = 0
  return journeys
    .sort((a, b) => a.from - b.from)
    .filter(({ from, to }) => {
      if (from < free) return false
      free = to + dayMs
      return true
    })
}
