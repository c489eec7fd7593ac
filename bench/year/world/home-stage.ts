import { minuteMs, secondMs } from '../../../contracts/clock.ts'
import type { Chance } from './chance.ts'
import { type Act, rooms } from './day.ts'
import { type Span, type Stimulus, spanAt, type WorldEvent } from './events.ts'
import type { Elder, HomePlan } from './home.ts'

const coveredEveryMs = 10 * minuteMs

/** The rooms and doors of a home: what happens in them is felt by sensors, readers and a camera. */
export class HomeStage {
  readonly #plan: HomePlan
  readonly #chance: Chance
  /** When the reader downstairs, and the camera at the home's door, do not work. */
  readonly #readerDown: readonly Span[]
  readonly #cameraDown: readonly Span[]
  #stimuli: Stimulus[] = []
  out: WorldEvent[] = []

  constructor(
    plan: HomePlan,
    chance: Chance,
    readerDown: readonly Span[],
    cameraDown: readonly Span[],
  ) {
    this.#plan = plan
    this.#chance = chance
    this.#readerDown = readerDown
    this.#cameraDown = cameraDown
  }

  /** What has come together for the sensors before `to`, in order. */
  take(to: number): Stimulus[] {
    const stimuli = this.#stimuli.sort((a, b) => a.at - b.at)
    const end = stimuli.findIndex(({ at }) => at >= to)
    this.#stimuli = end === -1 ? [] : stimuli.splice(end)
    return stimuli
  }

  look(from: number, to: number): void {
    const { camera } = this.#plan
    if (camera === null) return
    for (let at = from; at < to; at += coveredEveryMs) {
      const end = at + coveredEveryMs
      if (spanAt(this.#cameraDown, at) === null)
        this.out.push({ kind: 'covered', at: end, camera, from: at, to: end })
    }
  }

  do(act: Act): void {
    const { at } = act
    if (act.what === 'move') this.#stimuli.push({ at, kind: 'motion', room: act.room })
    else if (act.what === 'water') this.#stimuli.push({ at, kind: 'water', litres: act.litres })
    else if (act.what === 'power') this.#stimuli.push({ at, kind: 'power', kwh: act.kwh })
  }

  /** The home's door opens and shuts; whoever passes is felt in the hall. */
  door(at: number): void {
    this.#stimuli.push({ at, kind: 'door', open: true })
    this.#stimuli.push({ at: at + 5 * secondMs, kind: 'motion', room: 'hall' })
    this.#stimuli.push({ at: at + 20 * secondMs, kind: 'door', open: false })
  }

  /** Somebody who is not the resident moves about. */
  moves(from: number, to: number): void {
    for (let at = from + 2 * minuteMs; at < to; at += this.#chance.wait(8 * minuteMs))
      this.#stimuli.push({ at: Math.round(at), kind: 'motion', room: this.#chance.pick(rooms) })
  }

  passEntrance(elder: Elder, at: number): void {
    const { id, method } = this.#plan.entrance
    if (!elder.hasCard || !this.#chance.is(0.8) || spanAt(this.#readerDown, at) !== null) return
    const holder = { kind: 'resident', id: elder.id } as const
    this.out.push({ kind: 'passage', at, door: id, method, holder })
  }

  recognised(elder: Elder, at: number): void {
    const { camera } = this.#plan
    if (camera === null || spanAt(this.#cameraDown, at) !== null || !this.#chance.is(0.7)) return
    this.out.push({ kind: 'recognised', at, camera, resident: elder.id })
  }

  /** A carer holds a card before a reader. */
  carerAt(door: string, at: number): void {
    const shared = door === this.#plan.entrance.id
    if (shared && spanAt(this.#readerDown, at) !== null) return
    const holder = { kind: 'carer', id: `carer-${this.#plan.id}` } as const
    this.out.push({ kind: 'passage', at, door, method: 'card', holder })
  }
}
