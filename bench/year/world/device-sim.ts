import { dayMs, hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import type { YearParameters } from '../parameters.ts'
import type { Chance } from './chance.ts'
import { type Stimulus, spanAt, type WorldEvent } from './events.ts'
import type { Fitting, HomePlan } from './home.ts'
import { Meter, type MeterWorld } from './meter.ts'
import type { DeviceOutage, LinkOutage } from './outages.ts'

type Values = Readonly<Record<string, number | boolean>>
interface Held {
  readonly ts: number
  readonly seq: number
  readonly values: Values
}

/** One sensor of a home, with its battery, its clock, its count and its buffer. */
export class DeviceSim {
  readonly fitting: Fitting
  readonly outages: readonly DeviceOutage[]
  readonly #home: HomePlan
  readonly #parameters: YearParameters
  readonly #chance: Chance
  readonly #meter: Meter
  #nextAt: number
  #seq = 0
  #wasDead = false
  #open = false
  #motionOffAt: number | null = null
  #held: Held[] = []
  #releaseAt = 0

  constructor(
    parameters: YearParameters,
    home: HomePlan,
    fitting: Fitting,
    outages: readonly DeviceOutage[],
    chance: Chance,
  ) {
    this.#parameters = parameters
    this.#home = home
    this.fitting = fitting
    this.outages = outages
    this.#chance = chance
    const daily = fitting.everyMs === dayMs
    this.#nextAt =
      parameters.startsAt + (daily ? 2 * hourMs : Math.round(chance.between(0, fitting.everyMs)))
    this.#meter = new Meter(parameters, home, fitting.part, chance)
  }

  /** What it sends of a slot. `links`: when nothing gets from here to the box. */
  slot(
    from: number,
    to: number,
    stimuli: readonly Stimulus[],
    links: readonly LinkOutage[],
    world: MeterWorld,
    out: WorldEvent[],
  ): void {
    this.#release(from, to, links, out)
    const send = (at: number, values: Values): void => this.#send(at, values, links, out)
    for (const stimulus of stimuli) {
      this.#passTime(stimulus.at, world, send)
      this.#feel(stimulus, send)
    }
    this.#passTime(to - 1, world, send)
  }

  #feel(stimulus: Stimulus, send: (at: number, values: Values) => void): void {
    const { part, room } = this.fitting
    if (part === 'door' && stimulus.kind === 'door' && stimulus.open !== this.#open) {
      this.#open = stimulus.open
      send(stimulus.at, { doorOpen: stimulus.open })
    } else if (part === 'motion' && stimulus.kind === 'motion' && stimulus.room === room) {
      const { motionSees, motionHoldMs } = this.#parameters.home
      if (!this.#chance.is(motionSees) || this.#fault(stimulus.at)?.fault === 'blind') return
      if (this.#motionOffAt === null) send(stimulus.at, { motion: true })
      this.#motionOffAt = stimulus.at + motionHoldMs
    } else this.#meter.feel(stimulus)
  }

  /** Reports by the clock, and the end of a motion, up to `to`. */
  #passTime(to: number, world: MeterWorld, send: (at: number, values: Values) => void): void {
    for (;;) {
      const offAt = this.#motionOffAt
      if (offAt !== null && offAt <= Math.min(to, this.#nextAt)) {
        this.#motionOffAt = null
        send(offAt, { motion: false })
      } else if (this.#nextAt <= to) {
        send(this.#nextAt, this.#report(this.#nextAt, world))
        this.#nextAt += this.fitting.everyMs
      } else return
    }
  }

  #report(at: number, world: MeterWorld): Values {
    switch (this.fitting.part) {
      case 'door':
        return { doorOpen: this.#open }
      case 'motion':
        return { motion: this.#motionOffAt !== null }
      case 'water':
        return { waterMeter: this.#meter.read(at, world) }
      case 'power':
        return { powerMeter: this.#meter.read(at, world) }
      case 'sos':
        return { battery: 90 }
      case 'smoke':
        return { smoke: false }
    }
  }

  #fault(at: number): DeviceOutage | null {
    return spanAt(this.outages, at)
  }

  #send(at: number, values: Values, links: readonly LinkOutage[], out: WorldEvent[]): void {
    const fault = this.#fault(at)
    if (fault?.fault === 'dead' || fault?.fault === 'stopped') {
      this.#wasDead = true
      this.#held = []
      return
    }
    if (this.#wasDead) this.#seq = 0
    this.#wasDead = false
    const counted = this.#home.speech === 'counted'
    const wrong = fault?.fault === 'clock' ? fault : null
    const ts = wrong === null ? at : wrong.clockMs === null ? at - wrong.from : at + wrong.clockMs
    const message = { ts, seq: this.#seq++, values }
    const link = spanAt(links, at)
    if (link === null) {
      const text = counted ? message : values
      // Over the air and through the hub it takes a moment.
      out.push(this.#message(at + 200 + this.#chance.below(800), text))
    } else if (counted && !link.lost && this.#held.length < this.#parameters.home.bufferMax) {
      this.#held.push(message)
      this.#releaseAt = link.to + Math.round(this.#chance.between(2, 40) * secondMs)
    }
  }

  #release(from: number, to: number, links: readonly LinkOutage[], out: WorldEvent[]): void {
    if (this.#held.length === 0 || this.#releaseAt >= to) return
    const at = Math.max(from, this.#releaseAt)
    const link = spanAt(links, at)
    if (link !== null) {
      this.#releaseAt = link.to + minuteMs
      return
    }
    out.push(this.#message(at, this.#held))
    this.#held = []
  }

  #message(at: number, content: object): WorldEvent {
    const { id } = this.fitting
    return { kind: 'message', at, device: id, leaf: 'telemetry', payload: JSON.stringify(content) }
  }
}
