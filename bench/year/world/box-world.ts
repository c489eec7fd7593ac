import { dayMs } from '../../../contracts/clock.ts'
import type { Roster } from '../../../contracts/roster.ts'
import type { YearParameters } from '../parameters.ts'
import { Chance } from './chance.ts'
import { spanAt, type WorldEvent } from './events.ts'
import { homesOf, rosterOf } from './home.ts'
import { HomeSim } from './home-sim.ts'
import { boxOutages, type BoxOutages } from './outages.ts'
import { Truth } from './truth.ts'

/** Everything that one box hears in the year, an hour at a time, and what was really so. */
export class BoxWorld {
  readonly truth = new Truth()
  readonly homes: readonly HomeSim[]
  readonly outages: BoxOutages
  readonly #parameters: YearParameters
  readonly #homeOf = new Map<string, HomeSim>()
  /** On their way: what takes a moment, or waits for the box. */
  #waiting: WorldEvent[] = []

  constructor(parameters: YearParameters, seed: number, box: number) {
    const { startsAt, days } = parameters
    const year = { from: startsAt, to: startsAt + days * dayMs }
    this.#parameters = parameters
    this.outages = boxOutages(parameters, year, new Chance(seed, `box ${box}`))
    this.homes = homesOf(parameters, seed, box).map(
      (plan) => new HomeSim(parameters, seed, this.truth, plan, this.outages.entrance),
    )
    for (const home of this.homes) for (const { id } of home.plan.elders) this.#homeOf.set(id, home)
  }

  roster(): Roster {
    const plans = this.homes.map(({ plan }) => plan)
    return rosterOf(plans, this.#parameters)
  }

  homeOf(elder: string): HomeSim {
    const home = this.#homeOf.get(elder)
    if (home === undefined) throw new Error(`no home of ${elder}`)
    return home
  }

  /** In the order in which the box hears it. Facts of doors and cameras are lost while it is down. */
  slot(from: number, to: number): WorldEvent[] {
    const { down } = this.outages
    const events: WorldEvent[] = []
    for (const home of this.homes) home.slot(from, to, down, events)
    for (const span of down)
      if (span.to >= from && span.to < to)
        events.push({ kind: 'start', at: span.to, downSince: span.from })
    for (const event of events) {
      const heard = this.#heard(event.at < from ? { ...event, at: from } : event)
      if (heard !== null) this.#waiting.push(heard)
    }
    const now = this.#waiting.filter(({ at }) => at < to)
    this.#waiting = this.#waiting.filter(({ at }) => at >= to)
    return now.sort((a, b) => a.at - b.at || order(a) - order(b))
  }

  /** The api tells again what it could not tell: rosters and visits wait until the box is back. */
  #heard(event: WorldEvent): WorldEvent | null {
    const { down } = this.outages
    if (event.kind === 'covered')
      return down.some((span) => span.from < event.to && span.to > event.from) ? null : event
    const span = event.kind === 'start' ? null : spanAt(down, event.at)
    if (span === null) return event
    return event.kind === 'roster' || event.kind === 'visit' ? { ...event, at: span.to + 1 } : null
  }
}

const order = (event: WorldEvent): number => (event.kind === 'start' ? 0 : 1)
