import type { RuleBook } from '../../config/rules.ts'
import type { DeviceHealth } from '../../contracts/device-health.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { Engine, StateRow } from '../model/engine.ts'
import type { Input } from '../model/input.ts'
import type { RosterView } from '../model/roster-view.ts'
import { HealthDesk } from './health-desk.ts'
import { look, schedule, withdraw } from './judge.ts'
import {
  applyBattery,
  applyCameraState,
  applyCoverage,
  applyGone,
  applyInfo,
  applySign,
  applyStatus,
} from './life.ts'
import { healthOf } from './states.ts'
import { clockSetBack, pauseEnded } from './time-steps.ts'

const nothing: readonly AnyEffect[] = []
/** A tick comes within about a second of a deadline; later than this we were asleep or our clock jumped. */
const stallMs = 120_000
/** Smaller steps back are the clock being disciplined. */
const stepBackMs = 60_000

export interface HealthEngine extends Engine<AnyEffect> {
  /** By device id. */
  states(community: string, now: number): ReadonlyMap<string, DeviceHealth>
}

/**
 * Whether devices are there: offline, coming and going, with a wrong clock. Pure, as every engine. It owns
 * `device.offline`, `camera.offline` and `device.clock`: what falls silent together for one reason is one
 * report, and whoever hangs on something that is away is not reported at all.
 */
export const createHealthEngine = (deps: {
  readonly roster: RosterView
  readonly rules: RuleBook
}): HealthEngine => new DeviceHealthEngine(new HealthDesk(deps.roster, deps.rules))

class DeviceHealthEngine implements HealthEngine {
  readonly #desk: HealthDesk

  constructor(desk: HealthDesk) {
    this.#desk = desk
  }

  apply(input: Input): readonly AnyEffect[] {
    const effects = [...this.#rosterMoved(input.receivedAt), ...this.#passTime(input)]
    const judged = this.#judge(input)
    return effects.length === 0 ? judged : [...effects, ...judged]
  }

  nextDueAt(): number | null {
    return this.#desk.due.nextAt()
  }

  restore(rows: Iterable<StateRow>): void {
    this.#desk.restore(rows)
  }

  takeDirty(): readonly StateRow[] {
    return this.#desk.takeDirty()
  }

  states(community: string, now: number): ReadonlyMap<string, DeviceHealth> {
    const desk = this.#desk
    const states = new Map<string, DeviceHealth>()
    for (const entry of desk.entries())
      if (entry.community === community) states.set(entry.id, healthOf(desk, entry, now))
    return states
  }

  /** Who was withdrawn is forgotten with all that stands of it; who is changed is looked at anew. */
  #rosterMoved(now: number): readonly AnyEffect[] {
    const desk = this.#desk
    const moved = desk.moved()
    if (moved.length === 0) return nothing
    const effects: AnyEffect[] = []
    for (const entry of moved) {
      if (entry.device !== null) continue
      effects.push(...withdraw(desk, entry, now))
      desk.forget(entry)
    }
    for (const entry of moved) if (entry.device !== null) schedule(desk, entry)
    return effects
  }

  #passTime(input: Input): readonly AnyEffect[] {
    const desk = this.#desk
    const now = input.receivedAt
    const before = desk.now ?? now
    desk.passed(now)
    const due = desk.due.nextAt()
    const effects: AnyEffect[] = []
    if (input.kind === 'start') {
      if (input.downSince !== null)
        effects.push(...pauseEnded(desk, Math.min(input.downSince, now), now))
    } else if (now < before - stepBackMs) effects.push(...clockSetBack(desk, now))
    else {
      if (due !== null && now - due > stallMs) effects.push(...pauseEnded(desk, before, now))
      for (let next = desk.due.takeDue(now); next !== null; next = desk.due.takeDue(now))
        effects.push(...look(desk, next, now))
    }
    return effects
  }

  #judge(input: Input): readonly AnyEffect[] {
    const desk = this.#desk
    switch (input.kind) {
      case 'beat':
      case 'event':
        return applySign(desk, input)
      case 'reading':
        return applyBattery(desk, input)
      case 'status':
        return applyStatus(desk, input)
      case 'info':
        return applyInfo(desk, input)
      case 'gone':
        return applyGone(desk, input.community, input.device, input.receivedAt)
      case 'camera-state':
        return applyCameraState(desk, input)
      case 'coverage':
        return applyCoverage(desk, input)
      case 'sighting':
      case 'start':
      case 'access':
      case 'crossing':
      case 'identity':
      case 'alarm':
      case 'evidence':
      case 'tick':
        return nothing
    }
  }
}
