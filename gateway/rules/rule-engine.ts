import type { RuleBook } from '../../config/rules.ts'
import type { Effect } from '../model/effect.ts'
import type { Engine, StateRow } from '../model/engine.ts'
import type { Input } from '../model/input.ts'
import type { RosterView } from '../model/roster-view.ts'
import { Expressions } from './expression/expressions.ts'
import { createRuleDesk, type RuleDesk } from './rule-desk.ts'
import { applyReading, fireDue } from './readings.ts'
import { applyCameraState, applyCoverage, applySighting } from './cameras.ts'
import { applyInfo, applySign } from './presence.ts'
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
 * - Whether a device or a camera is there at all is judged in gateway/device-health.
 */
export function createRuleEngine({ roster, rules }: RuleEngineDeps): RuleEngine {
  const desk = createRuleDesk(roster, rules)
  return new RulesOverLog(desk, new Expressions(roster, rules, desk.standing))
}

export interface RuleEngine extends Engine {
  stats(): RuleStats
}

interface RuleStats extends Readonly<Record<string, number>> {
  readonly evaluations: number
  /** Looks of expressions that came out neither true nor false. */
  readonly unknown: number
  /** Rules left to the clock because too many devices share a place. */
  readonly farLooks: number
  /** States of expressions. */
  readonly watches: number
  /** Anomalies that stand. */
  readonly open: number
}

class RulesOverLog implements RuleEngine {
  readonly #desk: RuleDesk
  readonly #expressions: Expressions

  constructor(desk: RuleDesk, expressions: Expressions) {
    this.#desk = desk
    this.#expressions = expressions
  }

  apply(input: Input): readonly Effect[] {
    let effects = this.#follow(input.receivedAt)
    effects = join(effects, this.#passTime(input))
    effects = join(effects, this.#judge(input))
    return effects
  }

  nextDueAt(): number | null {
    // Something was withdrawn while the state was restored: it is said with the next tick.
    if (this.#desk.withdraws || this.#expressions.withdraws) return this.#desk.now ?? 0
    const value = earlier(this.#desk.due.nextAt(), this.#expressions.nextDueAt())
    return earlier(value, this.#desk.modesChangeAt())
  }

  restore(rows: Iterable<StateRow>): void {
    const all = [...rows]
    this.#desk.restore(all)
    this.#expressions.restore(all, this.#desk.now)
  }

  takeDirty(): readonly StateRow[] {
    return [...this.#desk.takeDirty(), ...this.#expressions.takeDirty()]
  }

  stats(): RuleStats {
    const own = this.#expressions.stats()
    const { evaluations, standing } = this.#desk
    return { ...own, evaluations: own.evaluations + evaluations, open: standing.size }
  }

  /** The roster has moved, or a mode has begun or ended. */
  #follow(now: number): readonly Effect[] {
    const desk = this.#desk
    const edge = desk.modesChangeAt()
    const moved = desk.rosterMoved() || (edge !== null && now >= edge)
    if (!moved && !desk.withdraws && !this.#expressions.withdraws) return nothing
    return [...desk.reconcile(now), ...this.#expressions.reconcile(now)]
  }

  #passTime(input: Input): readonly Effect[] {
    const desk = this.#desk
    const now = input.receivedAt
    const before = desk.now ?? now
    const due = this.nextDueAt()
    let effects = nothing
    if (input.kind === 'start') {
      if (input.downSince !== null) this.#pauseEnded(Math.min(input.downSince, now), now)
      this.#expressions.started(now)
    } else if (now < before - stepBackMs) {
      clockSetBack(desk, now)
      this.#expressions.clockSetBack(now)
    } else {
      if (due !== null && now - due > stallMs) this.#pauseEnded(before, now)
      effects = join(fireDue(desk, now), this.#expressions.due(now))
    }
    desk.passed(now)
    return effects
  }

  #pauseEnded(from: number, to: number): void {
    pauseEnded(this.#desk, from, to)
    this.#expressions.pauseEnded(from, to, this.#desk.book.settleMs)
  }

  #judge(input: Input): readonly Effect[] {
    const desk = this.#desk
    switch (input.kind) {
      case 'reading':
        return join(applyReading(desk, input), this.#expressions.reading(input))
      case 'beat':
      case 'event':
        this.#expressions.sign(input)
        applySign(desk, input)
        return nothing
      case 'status':
        this.#expressions.status(input)
        return nothing
      case 'info':
        this.#expressions.info(input)
        applyInfo(desk, input)
        return nothing
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

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || (b !== null && b < a) ? b : a
