import { dayMs, hourMs } from '../../../contracts/clock.ts'
import type { RosterResident } from '../../../contracts/roster.ts'
import type { YearParameters } from '../parameters.ts'
import { Chance } from './chance.ts'
import { type Act, dayOf } from './day.ts'
import { community, type Elder } from './home.ts'
import type { Journey } from './journeys.ts'
import type { Truth, Whereabouts } from './truth.ts'

const awayKeptMs = 30 * dayMs
type Away = RosterResident['away'][number]

/** One person: where they are, what they will do today, and what staff were told of them. */
export class ElderSim {
  readonly elder: Elder
  readonly #parameters: YearParameters
  readonly #truth: Truth
  readonly #household: string
  readonly #days: Chance
  #acts: Act[] = []
  #nextDay: number
  #away: Away[] = []
  #awayCount = 0
  where: Whereabouts = 'home'
  journey: Journey | null = null
  lastActAt: number

  constructor(
    parameters: YearParameters,
    seed: number,
    truth: Truth,
    household: string,
    elder: Elder,
  ) {
    this.#parameters = parameters
    this.#truth = truth
    this.#household = household
    this.elder = elder
    this.#days = new Chance(seed, `days ${elder.id}`)
    this.#nextDay = parameters.startsAt
    this.lastActAt = parameters.startsAt
  }

  /** Takes the acts of a slot, whether or not they can be carried out. */
  take(from: number, to: number): Act[] {
    while (this.#nextDay <= from) {
      const day = dayOf(this.#parameters, this.elder.habits, this.#nextDay, this.#days)
      this.#acts = [...this.#acts, ...day].sort((a, b) => a.at - b.at)
      this.#nextDay += dayMs
    }
    const end = this.#acts.findIndex(({ at }) => at >= to)
    return this.#acts.splice(0, end === -1 ? this.#acts.length : end)
  }

  go(at: number, where: Whereabouts, journey: Journey | null = null): void {
    this.where = where
    this.journey = journey
    if (where !== 'down') this.lastActAt = at
    this.#truth.note(this.elder.id, at, where, journey)
  }

  fall(at: number): void {
    this.where = 'down'
    this.#truth.fell(this.elder.id, at, this.lastActAt)
  }

  /** Staff write down an absence; the answer is its id. */
  tell(from: number, to: number | null, reason: Journey['reason']): string {
    const id = `${this.elder.id}-away-${++this.#awayCount}`
    this.#away = this.#away.filter((item) => item.to === null || item.to > from - awayKeptMs)
    this.#away.push({ id, from: Math.round(from), to: to === null ? null : Math.round(to), reason })
    return id
  }

  /** Takes an announcement back, or ends it now. */
  untell(id: string, at: number): void {
    this.#away = this.#away.flatMap((item) => {
      if (item.id !== id) return [item]
      return item.from >= at ? [] : [{ ...item, to: Math.round(at) }]
    })
  }

  /** Open-ended absences end when they are back and staff have heard of it. */
  closeOpen(at: number): boolean {
    const open = this.#away.some(({ to }) => to === null)
    this.#away = this.#away.map((item) =>
      item.to === null ? { ...item, to: Math.round(at) } : item,
    )
    return open
  }

  get isAnnouncedAway(): boolean {
    return this.journey?.announced === true
  }

  resident(): RosterResident {
    const { id } = this.elder
    return {
      id,
      community,
      household: this.#household,
      name: id,
      honorific: id,
      watch: { windowMs: this.#parameters.windowMs, since: this.#parameters.startsAt },
      away: [...this.#away],
    }
  }
}

/** From a fall until somebody is home again. */
export const hospitalMs = (parameters: YearParameters, chance: Chance): number =>
  Math.round(
    2 * dayMs + chance.wait(parameters.emergency.hospitalDays * dayMs - 2 * dayMs) + hourMs,
  )
