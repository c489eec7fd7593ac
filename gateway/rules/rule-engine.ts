import type { RuleBook } from '../../config/rules.ts'
import type { Effect } from '../model/effect.ts'
import type { Engine, StateRow } from '../model/engine.ts'
import type { Input } from '../model/input.ts'
import type { RosterView } from '../model/roster-view.ts'
import { createRuleDesk, type RuleDesk } from './rule-desk.ts'
import { applyReading, fireDue } from './readings.ts'
import { applyCameraState, applyCoverage, applySighting } from './cameras.ts'
import { applyInfo, applySign, applyStatus } from './presence.ts'
import { clockSetBack, pauseEnded } from './time-steps.ts'

const nothing: readonly Effect[] = []
/** A tick comes within about a second of a deadline; later than this we were asleep or our clock jumped. */
const stallMs = 120_000
/** Smaller steps back are the clock being disciplined. */
const stepBackMs = 60_000

export interface RuleEngineDeps {
  readonly roster: RosterView
  readonly rules: RuleBook
}

/**
 * Rules as data over the log of one gateway. Pure: the same state, roster and inputs give the same
 * effects. Not for pending or unknown devices: what is not approved in the roster is not judged.
 *
 * - A condition begins with a reading and lasts by event time; a device that says `smoke` once and falls
 *   silent raises when the duration has passed by our clock (`nextDueAt`, tick).
 * - The first value ever is a baseline, but for rules marked `lifeSafety`.
 * - History (`lateAfterMs`) may end an alarm but begins none; a life-safety value that comes late raises
 *   if nothing newer follows. What is older than what was applied changes nothing.
 * - After a pause of ours nobody is missing for `settleMs`, and the pause does not count as silence.
 */
export function createRuleEngine(deps: RuleEngineDeps): Engine {
  return new RuleEngine(createRuleDesk(deps.roster, deps.rules))
}

class RuleEngine implements Engine {
  readonly #desk: RuleDesk

  constructor(desk: RuleDesk) {
    this.#desk = desk
  }

  apply(input: Input): readonly Effect[] {
    const desk = this.#desk
    let effects = desk.rosterMoved() ? desk.reconcile(input.receivedAt) : nothing
    effects = join(effects, this.#passTime(input))
    effects = join(effects, this.#judge(input))
    return effects
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

  #passTime(input: Input): readonly Effect[] {
    const desk = this.#desk
    const now = input.receivedAt
    const before = desk.now ?? now
    const due = desk.due.nextAt()
    let effects = nothing
    if (input.kind === 'start') {
      if (input.downSince !== null) pauseEnded(desk, Math.min(input.downSince, now), now)
    } else if (now < before - stepBackMs) clockSetBack(desk, now)
    else {
      if (due !== null && now - due > stallMs) pauseEnded(desk, before, now)
      effects = fireDue(desk, now)
    }
    desk.passed(now)
    return effects
  }

  #judge(input: Input): readonly Effect[] {
    const desk = this.#desk
    switch (input.kind) {
      case 'reading':
        return applyReading(desk, input)
      case 'beat':
      case 'event':
        return applySign(desk, input)
      case 'status':
        return applyStatus(desk, input)
      case 'info':
        return applyInfo(desk, input)
      case 'camera-state':
        return applyCameraState(desk, input)
      case 'sighting':
        return applySighting(desk, input)
      case 'coverage':
        return applyCoverage(desk, input)
      case 'gone':
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

const join = (first: readonly Effect[], then: readonly Effect[]): readonly Effect[] => {
  if (then.length === 0) return first
  return first.length === 0 ? then : [...first, ...then]
}
