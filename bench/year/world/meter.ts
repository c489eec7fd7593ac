import { dayMs, hourMs } from '../../../contracts/clock.ts'
import type { YearParameters } from '../parameters.ts'
import type { Chance } from './chance.ts'
import { type Span, type Stimulus, spanAt } from './events.ts'
import type { HomePlan, Part } from './home.ts'

/** What runs by itself in the home just now. */
export interface MeterWorld {
  readonly coolingOn: boolean
  readonly leaks: readonly Span[]
}

/** The counting part of a water or power meter: what people use, and what runs without them. */
export class Meter {
  readonly #parameters: YearParameters
  readonly #home: HomePlan
  readonly #part: Part
  readonly #chance: Chance
  #total: number
  #readAt: number
  #heatsAt: number

  constructor(parameters: YearParameters, home: HomePlan, part: Part, chance: Chance) {
    this.#parameters = parameters
    this.#home = home
    this.#part = part
    this.#chance = chance
    this.#total = part === 'water' || part === 'power' ? Math.round(chance.between(50, 900)) : 0
    this.#readAt = parameters.startsAt
    this.#heatsAt = parameters.startsAt + chance.wait(parameters.home.heaterEveryMs)
  }

  feel(stimulus: Stimulus): void {
    if (this.#part === 'water' && stimulus.kind === 'water') this.#total += stimulus.litres / 1_000
    if (this.#part === 'power' && stimulus.kind === 'power') this.#total += stimulus.kwh
  }

  /** m³ to the litre, kWh to the ten watt-hours: as meters show them. */
  read(at: number, world: MeterWorld): number {
    const hours = (at - this.#readAt) / hourMs
    if (this.#part === 'water') {
      const { dripLitresPerHour, runningToiletLitresPerHour } = this.#parameters.home
      if (this.#home.drips) this.#total += (dripLitresPerHour * hours) / 1_000
      if (spanAt(world.leaks, at) !== null)
        this.#total += (runningToiletLitresPerHour * hours) / 1_000
    } else this.#total += this.#parameters.home.baseKw * hours + this.#machines(at, hours, world)
    this.#readAt = at
    return this.#part === 'water'
      ? Math.round(this.#total * 1_000) / 1_000
      : Math.round(this.#total * 100) / 100
  }

  /** kWh of heater and air conditioning since the last reading. */
  #machines(at: number, hours: number, { coolingOn }: MeterWorld): number {
    const { home, heat, startsAt } = this.#parameters
    let kwh = 0
    if (this.#home.heater && this.#heatsAt <= at) {
      kwh += (home.heaterKw * home.heaterMs) / hourMs
      this.#heatsAt = at + this.#chance.between(0.6, 1.4) * home.heaterEveryMs
    }
    const day = Math.floor((at - startsAt) / dayMs)
    const hot = heat.spells.some(({ fromDay, days }) => day >= fromDay && day < fromDay + days)
    if (hot && coolingOn && this.#home.cooling !== null) {
      const hour = ((at - startsAt) % dayMs) / hourMs
      const load = 0.7 + 0.3 * Math.cos(((hour - 15) / 24) * 2 * Math.PI)
      kwh += this.#home.cooling * load * hours
    }
    return kwh
  }
}
