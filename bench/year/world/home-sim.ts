import { dayMs, hourMs, minuteMs } from '../../../contracts/clock.ts'
import type { YearParameters } from '../parameters.ts'
import { type Agenda, agendaOf } from './agenda.ts'
import { Chance } from './chance.ts'
import { type Act, dayOf } from './day.ts'
import { DeviceSim } from './device-sim.ts'
import { ElderSim, hospitalMs } from './elder-sim.ts'
import type { Span, WorldEvent } from './events.ts'
import type { HomePlan } from './home.ts'
import { HomeStage } from './home-stage.ts'
import { cameraOutages, deviceOutages, hubOutages, type LinkOutage } from './outages.ts'
import type { FoundBy, Truth } from './truth.ts'

const guestHabits = { homebody: false, nightShift: false, shiftHours: 0 }

/** One home through the year: who lives and comes there, and what its sensors say. */
export class HomeSim {
  readonly plan: HomePlan
  readonly elders: readonly ElderSim[]
  readonly devices: readonly DeviceSim[]
  readonly hub: readonly LinkOutage[]
  readonly cameraDown: readonly Span[]
  readonly #parameters: YearParameters
  readonly #truth: Truth
  readonly #chance: Chance
  readonly #leaks: Span[]
  readonly #stage: HomeStage
  #agenda: Agenda[]
  #nextAt = 0
  #guests: { until: number; day: number; acts: Act[] } | null = null
  #visitUntil = 0

  constructor(
    parameters: YearParameters,
    seed: number,
    truth: Truth,
    plan: HomePlan,
    entranceDown: readonly Span[],
  ) {
    const { startsAt, days, home } = parameters
    const year = { from: startsAt, to: startsAt + days * dayMs }
    this.#parameters = parameters
    this.#truth = truth
    this.plan = plan
    this.#chance = new Chance(seed, `life ${plan.id}`)
    this.elders = plan.elders.map((elder) => new ElderSim(parameters, seed, truth, plan.id, elder))
    this.devices = plan.fittings.map((fitting) => {
      const chance = new Chance(seed, `device ${fitting.id}`)
      const outages = deviceOutages(parameters, year, chance, {
        battery: fitting.part !== 'power',
        canBeBlind: fitting.part === 'motion',
        hasClock: plan.speech === 'counted',
      })
      return new DeviceSim(parameters, plan, fitting, outages, chance)
    })
    const chance = new Chance(seed, `home outages ${plan.id}`)
    this.hub = hubOutages(parameters, year, chance)
    this.cameraDown = cameraOutages(parameters, year, chance)
    this.#leaks = chance
      .moments(year.from, year.to, home.runningToiletPerYear)
      .map((from) => ({ from, to: from + chance.wait(home.runningToiletDays * dayMs) }))
    this.#stage = new HomeStage(plan, this.#chance, entranceDown, [...this.cameraDown, ...this.hub])
    this.#agenda = agendaOf(parameters, year, seed, plan)
  }

  /** What reaches the box of `[from, to)`; `down`: when the box does not hear. */
  slot(from: number, to: number, down: readonly LinkOutage[], out: WorldEvent[]): void {
    this.#stage.out = out
    const acts = this.elders.flatMap((elder) =>
      elder.take(from, to).map((act) => ({ at: act.at, run: () => this.#act(elder, act) })),
    )
    const due = this.#takeDue(to)
    const steps = [...acts, ...due.map((item) => ({ at: item.at, run: () => this.#turn(item) }))]
    for (const { run } of steps.sort((a, b) => a.at - b.at)) run()
    this.#hostGuests(from, to)
    const stimuli = this.#stage.take(to)
    const world = {
      coolingOn: this.elders.some(({ where }) => where !== 'away'),
      leaks: this.#leaks,
    }
    const links = [...this.hub, ...down].filter((link) => link.to > from - dayMs && link.from < to)
    for (const device of this.devices) device.slot(from, to, stimuli, links, world, out)
    this.#stage.look(from, to)
  }

  /** Staff were alarmed: they call, go and look. */
  alarmed(elder: string, at: number): void {
    const { responseMinMs, responseMaxMs } = this.#parameters.people
    const after = Math.round(this.#chance.between(responseMinMs, responseMaxMs))
    this.#plan({ at: at + after, what: 'respond', elder })
  }

  #plan(item: Agenda): void {
    this.#agenda.push(item)
    this.#nextAt = Math.min(this.#nextAt, item.at)
  }

  #takeDue(to: number): Agenda[] {
    if (this.#nextAt >= to) return []
    const due = this.#agenda.filter(({ at }) => at < to)
    this.#agenda = this.#agenda.filter(({ at }) => at >= to)
    this.#nextAt = this.#agenda.reduce((least, { at }) => Math.min(least, at), Infinity)
    return due
  }

  #elder(id: string): ElderSim {
    const found = this.elders.find(({ elder }) => elder.id === id)
    if (found === undefined) throw new Error(`no elder ${id}`)
    return found
  }

  #act(elder: ElderSim, act: Act): void {
    if (act.what === 'in') {
      if (elder.where !== 'out') return
      this.#enter(elder, act.at)
      return
    }
    if (elder.where !== 'home') return
    elder.lastActAt = act.at
    if (act.what === 'out') {
      this.#stage.door(act.at)
      this.#stage.recognised(elder.elder, act.at)
      elder.go(act.at, 'out')
    } else this.#stage.do(act)
  }

  #enter(elder: ElderSim, at: number): void {
    elder.go(at, 'home')
    this.#stage.passEntrance(elder.elder, at - minuteMs)
    this.#stage.door(at)
    this.#stage.recognised(elder.elder, at)
    for (const other of this.elders) this.#find(other, at, 'partner')
  }

  #tellBox(elder: ElderSim, at: number): void {
    this.#stage.out.push({ kind: 'roster', at, residents: [elder.resident()] })
  }

  #turn(item: Agenda): void {
    switch (item.what) {
      case 'tell': {
        const elder = this.#elder(item.elder)
        const { plannedFrom, plannedTo, reason } = item.journey
        const away = elder.tell(plannedFrom, plannedTo, reason)
        this.#tellBox(elder, item.at)
        const { noShowNoticedMs } = this.#parameters.absence
        this.#plan({ at: plannedFrom + noShowNoticedMs, what: 'awaited', elder: item.elder, away })
        return
      }
      case 'awaited': {
        const elder = this.#elder(item.elder)
        if (elder.where !== 'down') return
        elder.untell(item.away, item.at)
        this.#tellBox(elder, item.at)
        return
      }
      case 'depart':
        return this.#depart(this.#elder(item.elder), item)
      case 'return':
        return this.#comeBack(this.#elder(item.elder), item.at)
      case 'closed': {
        const elder = this.#elder(item.elder)
        if (elder.closeOpen(item.at)) this.#tellBox(elder, item.at)
        return
      }
      case 'fall':
        return this.#fall(this.#elder(item.elder), item)
      case 'chance':
        return this.#find(this.#elder(item.elder), item.at, 'chance')
      case 'visitor':
        return this.#visitor(item.at)
      case 'carer':
        return this.#carer(item.at)
      case 'guests':
        if (this.elders.every(({ where }) => where === 'away')) return
        this.#guests = { until: item.until, day: item.at, acts: [] }
        for (const elder of this.elders) this.#find(elder, item.at, 'guest')
        return
      case 'respond':
        return this.#respond(this.#elder(item.elder), item.at)
    }
  }

  #depart(elder: ElderSim, { at, journey }: Extract<Agenda, { what: 'depart' }>): void {
    if (elder.where === 'down' || elder.where === 'away') return
    if (elder.where === 'home') this.#stage.door(at)
    elder.go(at, 'away', journey)
    // Guests do not stay behind.
    if (this.elders.every(({ where }) => where === 'away')) this.#guests = null
    this.#plan({ at: journey.to, what: 'return', elder: elder.elder.id })
  }

  #comeBack(elder: ElderSim, at: number): void {
    if (elder.where !== 'away') return
    this.#enter(elder, at)
    const after = Math.round(this.#chance.between(0, 12) * hourMs)
    this.#plan({ at: at + after, what: 'closed', elder: elder.elder.id })
  }

  /** Only somebody who is alone lies undiscovered; else it waits until they are. */
  #fall(elder: ElderSim, item: Extract<Agenda, { what: 'fall' }>): void {
    const others = this.elders.some((other) => other !== elder && other.where === 'home')
    const alone = !others && this.#guests === null && item.at >= this.#visitUntil
    if (elder.where !== 'home' || !alone) {
      this.#plan({ ...item, at: item.at + hourMs })
      return
    }
    elder.fall(item.at)
    const at = item.at + this.#parameters.emergency.foundByChanceMs
    this.#plan({ at, what: 'chance', elder: elder.elder.id })
  }

  #find(elder: ElderSim, at: number, by: FoundBy): void {
    if (elder.where !== 'down') return
    this.#truth.found(elder.elder.id, at, by)
    this.#stage.door(at)
    this.#stage.moves(at, at + 30 * minuteMs)
    this.#stage.out.push({ kind: 'visit', at: at + minuteMs, resident: elder.elder.id, seen: true })
    const back = at + hospitalMs(this.#parameters, this.#chance)
    elder.tell(at + 2 * minuteMs, null, 'hospital')
    this.#tellBox(elder, at + 2 * minuteMs)
    elder.go(at, 'away', {
      reason: 'hospital',
      announced: true,
      from: at,
      to: back,
      toldAt: at,
      plannedFrom: at,
      plannedTo: back,
    })
    this.#plan({ at: back, what: 'return', elder: elder.elder.id })
  }

  #visitor(at: number): void {
    if (this.elders.some(({ where }) => where === 'home')) {
      const until = at + Math.round(this.#chance.between(10, 90) * minuteMs)
      this.#stage.door(at)
      this.#stage.moves(at, until)
      this.#stage.door(until)
      this.#visitUntil = until
      return
    }
    const found = this.#chance.is(this.#parameters.people.visitorFinds)
    if (found) for (const elder of this.elders) this.#find(elder, at + hourMs / 2, 'visitor')
  }

  #carer(at: number): void {
    if (this.elders.every(({ isAnnouncedAway }) => isAnnouncedAway)) return
    const { entrance, lock } = this.plan
    const inside = at + 3 * minuteMs
    this.#stage.carerAt(entrance.id, at)
    const present = this.elders.filter(({ where }) => where === 'home')
    const down = this.elders.filter(({ where }) => where === 'down')
    if (present.length === 0 && down.length === 0) return
    if (lock !== null) this.#stage.carerAt(lock, inside)
    const until = inside + Math.round(this.#chance.between(35, 70) * minuteMs)
    this.#stage.door(inside)
    this.#stage.moves(inside, until)
    this.#stage.door(until)
    this.#visitUntil = until
    for (const elder of down) this.#find(elder, inside, 'carer')
    for (const { elder } of present)
      this.#stage.out.push({ kind: 'visit', at: until, resident: elder.id, seen: true })
  }

  #respond(elder: ElderSim, at: number): void {
    if (elder.where === 'down') return this.#find(elder, at, 'alarm')
    const { id } = elder.elder
    if (elder.where === 'away') {
      // A call to the family clears it up; staff write the absence down.
      const { from, to, plannedTo, reason } = elder.journey ?? {
        from: at,
        to: at,
        plannedTo: at,
        reason: 'away' as const,
      }
      elder.tell(from, Math.max(plannedTo, to), reason)
      this.#tellBox(elder, at)
      return
    }
    if (elder.where === 'home') this.#stage.door(at)
    this.#stage.out.push({ kind: 'visit', at: at + minuteMs, resident: id, seen: true })
  }

  #hostGuests(from: number, to: number): void {
    const guests = this.#guests
    if (guests === null) return
    if (from >= guests.until) {
      this.#guests = null
      return
    }
    while (guests.day <= from) {
      guests.acts = dayOf(this.#parameters, guestHabits, guests.day, this.#chance)
      guests.day += dayMs
    }
    for (const act of guests.acts) if (act.at >= from && act.at < to) this.#stage.do(act)
  }
}
