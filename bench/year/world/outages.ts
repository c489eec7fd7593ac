import { dayMs, hourMs, minuteMs } from '../../../contracts/clock.ts'
import type { YearParameters } from '../parameters.ts'
import type { Chance } from './chance.ts'
import type { Span } from './events.ts'

export type DeviceFault = 'dead' | 'stopped' | 'blind' | 'clock'
export interface DeviceOutage extends Span {
  readonly fault: DeviceFault
  /** What a wrong clock adds to the true time, ms; null: it counts from 1970. */
  readonly clockMs: number | null
}

/** Nothing gets through; `lost`: not later either. */
export interface LinkOutage extends Span {
  readonly lost: boolean
}

/** The box shows another time than it is. */
export interface ClockStep extends Span {
  readonly offsetMs: number
}

export interface BoxOutages {
  readonly down: readonly LinkOutage[]
  readonly clock: readonly ClockStep[]
  readonly entrance: readonly Span[]
}

function spans(
  chance: Chance,
  year: Span,
  perYear: number,
  meanMs: number,
): { from: number; to: number }[] {
  return chance.moments(year.from, year.to, perYear).map((from) => ({
    from,
    // Half of it for sure: a battery is not found dead in the minute in which it dies.
    to: Math.round(from + meanMs / 2 + chance.wait(meanMs / 2)),
  }))
}

/** Those that do not overlap an earlier one. */
function apart<T extends Span>(items: readonly T[]): T[] {
  const kept: T[] = []
  for (const item of items.toSorted((a, b) => a.from - b.from))
    if (item.from >= (kept.at(-1)?.to ?? 0) + hourMs) kept.push(item)
  return kept
}

export function deviceOutages(
  { outage }: YearParameters,
  year: Span,
  chance: Chance,
  device: { readonly battery: boolean; readonly canBeBlind: boolean; readonly hasClock: boolean },
): DeviceOutage[] {
  const of = (fault: DeviceFault, perYear: number, days: number): DeviceOutage[] =>
    spans(chance, year, perYear, days * dayMs).map((span) => ({
      ...span,
      fault,
      clockMs: fault === 'clock' && chance.is(0.6) ? chance.pick([-8, 8, -1]) * hourMs : null,
    }))
  return [
    ...(device.battery ? of('dead', outage.deadBatteriesPerDeviceYear, outage.deadDays) : []),
    ...of('stopped', outage.stopsPerDeviceYear, outage.stopDays),
    ...(device.canBeBlind ? of('blind', outage.blindPerDeviceYear, outage.blindDays) : []),
    ...(device.hasClock ? of('clock', outage.wrongClocksPerDeviceYear, outage.wrongClockDays) : []),
  ].sort((a, b) => a.from - b.from)
}

export const hubOutages = ({ outage }: YearParameters, year: Span, chance: Chance): LinkOutage[] =>
  apart(
    spans(chance, year, outage.hubPerHomeYear, outage.hubHours * hourMs).map((span) => ({
      ...span,
      lost: chance.is(outage.lostShare),
    })),
  )

export function boxOutages({ outage }: YearParameters, year: Span, chance: Chance): BoxOutages {
  const down = [
    ...spans(chance, year, outage.restartsPerBoxYear, outage.restartMinutes * minuteMs),
    ...spans(chance, year, outage.downPerBoxYear, outage.downHours * hourMs),
    ...spans(chance, year, outage.longDownPerBoxYear, outage.longDownHours * hourMs),
  ].map((span) => ({ ...span, lost: chance.is(outage.lostShare) }))
  const apartDown = apart(down)
  const clock = apartDown
    .filter(() => chance.is(outage.boxClockPerYear / outage.restartsPerBoxYear))
    .map(({ to }) => ({
      from: to,
      to: to + outage.boxClockMs,
      // A day ahead, a day behind, or the first of January 1970.
      offsetMs: chance.pick([24 * hourMs, -24 * hourMs, minuteMs - to]),
    }))
  return {
    down: apartDown,
    clock,
    entrance: apart(spans(chance, year, outage.entrancePerYear, outage.entranceHours * hourMs)),
  }
}

export const cameraOutages = ({ outage }: YearParameters, year: Span, chance: Chance): Span[] =>
  apart(spans(chance, year, outage.cameraPerYear, outage.cameraHours * hourMs))
