import type { CareSettings, RuleBook } from '../../config/rules.ts'
import type { CareItem } from '../../contracts/care.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { Engine, StateRow } from '../model/engine.ts'
import type { Input } from '../model/input.ts'
import type { RosterView } from '../model/roster-view.ts'
import { CareDesk } from './care-desk.ts'
import { end, review } from './decide.ts'
import { endNotice } from './should-be-back.ts'
import { applyAccess, applyBeat, applyCoverage, applyInfo, applyReading } from './inputs.ts'
import { applyIdentity, applySaid } from './seen.ts'
import { itemOf } from './items.ts'
import { clockSetBack, pauseEnded } from './time-steps.ts'

/** A tick comes within about a second of a deadline; later than this we were asleep or our clock jumped. */
const stallMs = 120_000
const stepBackMs = 60_000

export interface CareEngine extends Engine<AnyEffect> {
  /** Watched residents of a community as the care list shows them at `now`; changes nothing. */
  items(community: string, now: number): CareItem[]
  /** `forgotten`: holes and covered intervals given up because a source had too many of them. */
  stats(): { readonly watched: number; readonly sources: number; readonly forgotten: number }
}

export interface CareOptions {
  readonly settings: CareSettings
  /** Stands in anomalies as the version of the rule `care`. */
  readonly versionTag: string
}

export const careOptions = (book: RuleBook): CareOptions => ({
  settings: book.care,
  versionTag: book.careVersionTag,
})

/**
 * The unseen rule. Silence is not absence: it says `resident.unseen` only when somebody looked for most of
 * the window, else `resident.cannot-tell`; either way somebody is sent.
 *
 * Signs of life are: a door contact that changes, motion, water or power beyond what runs by itself, a
 * pressed call button, the resident's own card, a visit in which they were seen. Not signs: status,
 * battery, first values, repeats, and what happens around a carer. Limits, said openly: home sensors
 * stand for everybody who lives there; a visitor without a card is taken for the resident, unless an
 * alarm stands, when a door alone closes nothing.
 */
export const createCareEngine = (
  deps: { readonly roster: RosterView },
  options: CareOptions,
): CareEngine => new UnseenRule(new CareDesk(deps.roster, options.settings, options.versionTag))

class UnseenRule implements CareEngine {
  readonly #desk: CareDesk

  constructor(desk: CareDesk) {
    this.#desk = desk
  }

  apply(input: Input): readonly AnyEffect[] {
    const desk = this.#desk
    const now = input.receivedAt
    const effects: AnyEffect[] = this.#followRoster(now)
    this.#passTime(input)
    effects.push(...this.#judge(input))
    for (let person = desk.due.takeDue(now); person !== null; person = desk.due.takeDue(now)) {
      desk.touchPerson(person)
      effects.push(...review(desk, person, now))
    }
    if (now !== desk.now) desk.meta({ now })
    return effects
  }

  nextDueAt(): number | null {
    const due = this.#desk.due.nextAt()
    const mode = this.#desk.modes.nextAt()
    return due === null || mode === null ? (due ?? mode) : Math.min(due, mode)
  }

  restore(rows: Iterable<StateRow>): void {
    this.#desk.restore(rows)
  }

  takeDirty(): readonly StateRow[] {
    return this.#desk.takeDirty()
  }

  items(community: string, now: number): CareItem[] {
    return [...this.#desk.persons.values()]
      .filter(({ resident }) => resident.community === community && resident.watch !== null)
      .map((person) => itemOf(this.#desk, person, now))
  }

  stats(): { watched: number; sources: number; forgotten: number } {
    const sources = [...this.#desk.sources()]
    const forgotten = sources.reduce((sum, source) => sum + source.forgotten, 0)
    return { watched: this.#desk.persons.size, sources: sources.length, forgotten }
  }

  #followRoster(now: number): AnyEffect[] {
    const desk = this.#desk
    const { changed, ended } = desk.followRoster(now)
    const withdrawn = {
      reason: { zh: '看护已结束', en: 'The watch has ended' },
      resolves: false,
      evidence: [],
    }
    // Other windows hold: all are looked at again.
    const all = desk.modes.changed(now) ? [...desk.persons.values()] : []
    // Reviewed with all that is due, after the input itself has been heard.
    for (const person of [...changed, ...all]) {
      person.dueAt = Math.min(person.dueAt ?? now, now)
      desk.touchPerson(person)
    }
    return ended.flatMap((person) => [
      ...end(person, now, withdrawn),
      ...endNotice(person, now, { ...withdrawn, resolves: true }),
    ])
  }

  #passTime(input: Input): void {
    const desk = this.#desk
    const now = input.receivedAt
    const before = desk.now ?? now
    const due = desk.due.nextAt()
    if (input.kind === 'start') {
      if (input.downSince !== null) pauseEnded(desk, Math.min(input.downSince, now), now, true)
      desk.meta({ startedAt: now })
      desk.prune()
    } else if (now < before - stepBackMs) clockSetBack(desk, before, now)
    else if (due !== null && now - due > stallMs) pauseEnded(desk, before, now, false)
  }

  #judge(input: Input): readonly AnyEffect[] {
    const desk = this.#desk
    switch (input.kind) {
      case 'reading':
        return applyReading(desk, input)
      case 'beat':
        return applyBeat(desk, input)
      case 'coverage':
        return applyCoverage(desk, input)
      case 'access':
        return applyAccess(desk, input)
      case 'identity':
        return applyIdentity(desk, input)
      case 'event':
        return applySaid(desk, input)
      case 'info':
        return applyInfo(desk, input)
      case 'status':
      case 'gone':
      case 'sighting':
      case 'camera-state':
      case 'start':
      case 'crossing':
      case 'alarm':
      case 'evidence':
      case 'tick':
        return []
    }
  }
}
