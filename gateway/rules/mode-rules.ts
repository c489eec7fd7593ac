import type { Rule, RuleBook } from '../../config/rules.ts'
import type { RosterView } from '../model/roster-view.ts'

/** Which wording of a rule holds where, by the modes of the roster. */
export class ModeRules {
  readonly #roster: RosterView
  readonly #book: RuleBook
  readonly #byId: ReadonlyMap<string, Rule>
  readonly #lists = new Map<string, readonly Rule[]>()
  /** Modes that held when this was asked last. */
  #holding = ''

  constructor(roster: RosterView, book: RuleBook) {
    this.#roster = roster
    this.#book = book
    this.#byId = new Map(book.rules.map((rule) => [rule.id, rule]))
  }

  ruleOf(id: string, community: string, now: number): Rule | null {
    for (const { mode } of this.#roster.activeModes(community, now)) {
      const variant = this.#book.modes[mode]?.find((rule) => rule.id === id)
      if (variant !== undefined) return variant
    }
    return this.#byId.get(id) ?? null
  }

  rulesIn(community: string, now: number): readonly Rule[] {
    const known = this.#lists.get(community)
    if (known !== undefined) return known
    const rules = this.#book.rules.map((rule) => this.ruleOf(rule.id, community, now) ?? rule)
    this.#lists.set(community, rules)
    return rules
  }

  /** True when other modes hold than the last time. */
  moved(now: number): boolean {
    this.#lists.clear()
    const holding = [...this.#roster.modes()]
      .filter(({ from, to }) => from <= now && (to === null || now < to))
      .map(({ id }) => id)
      .toSorted()
      .join(' ')
    const moved = holding !== this.#holding
    this.#holding = holding
    return moved
  }

  /** The next beginning or end of a mode after `now`; null where none is known. */
  nextEdge(now: number | null): number | null {
    if (now === null) return null
    let next: number | null = null
    for (const { from, to } of this.#roster.modes())
      for (const at of [from, to])
        if (at !== null && at > now && (next === null || at < next)) next = at
    return next
  }
}
