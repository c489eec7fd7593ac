import type { ExpressionRule, RuleBook } from '../../../config/rules.ts'
import type { AnomalyType } from '../../../contracts/anomaly.ts'
import type { CommunityMode } from '../../../contracts/roster.ts'
import { DueHeap } from '../../model/due-heap.ts'
import type { ClearEffect, Effect } from '../../model/effect.ts'
import type { RosterView } from '../../model/roster-view.ts'
import { rulesHold } from '../cell.ts'
import type { Standing } from '../standing.ts'
import { type CompiledRule, compileRules } from './compiled-rule.ts'
import { Groups } from './groups.ts'
import { ReadingBook } from './reading-book.ts'
import { expressionClear } from './report.ts'
import { createScene, type Scene } from './scene.ts'
import { Series, Source, Subject } from './source.ts'
import { anomalyKeyOf, Watch } from './watch.ts'
import { seriesKeys, Window } from './window.ts'

/** Of a group larger than this a member's rule is looked at by the clock, not with each value of another. */
export const fanOutMax = 64
const gone = { zh: '设备或规则已撤下', en: 'The device or the rule was withdrawn' }

const isExpression = (rule: { readonly kind: string }): rule is ExpressionRule =>
  rule.kind === 'expression'

/** All that expression rules remember, and which of it must be saved. */
export class ExpressionDesk {
  readonly roster: RosterView
  readonly standing: Standing
  readonly scene: Scene
  readonly readings = new ReadingBook()
  readonly lateAfterMs: number
  readonly lateSettleMs: number
  readonly due = new DueHeap<Watch>()
  readonly groups: Groups
  readonly sources = new Map<string, Map<string, Source>>()
  readonly watches = new Map<string, Watch>()
  readonly dirtySources = new Set<Source>()
  readonly dirtySeries = new Map<Series, Source>()
  readonly dirtyWatches = new Set<Watch>()
  readonly deleted = new Set<string>()
  /** Ends of anomalies whose rule was gone when the state was restored. */
  orphans: ClearEffect[] = []
  metaDirty = false
  /** Our time of what is being looked at. */
  lookingAt = 0
  /** After a pause of ours nothing is concluded by the clock before this. */
  settledAt = 0
  evaluations = 0
  /** Of them, those of which nobody could say. */
  unknown = 0
  /** Looks left to the clock because a group was too large. */
  farLooks = 0
  /** States of the plan just made that only the clock looks at. */
  #far = new Set<Watch>()
  readonly #rules: readonly CompiledRule[]
  readonly #byId = new Map<string, CompiledRule>()
  /** By mode and rule id. */
  readonly #variants = new Map<CommunityMode, ReadonlyMap<string, CompiledRule>>()
  readonly #byReading = new Map<number, CompiledRule[]>()

  constructor(roster: RosterView, book: RuleBook, standing: Standing) {
    this.roster = roster
    this.standing = standing
    this.lateAfterMs = book.lateAfterMs
    this.lateSettleMs = book.lateSettleMs
    this.groups = new Groups(roster)
    this.#rules = compileRules(book.rules.filter(isExpression), this.readings)
    for (const rule of this.#rules) this.#byId.set(rule.rule.id, rule)
    for (const [mode, rules] of Object.entries(book.modes)) {
      const variants = compileRules(rules.filter(isExpression), this.readings)
      this.#variants.set(
        mode as CommunityMode,
        new Map(variants.map((rule) => [rule.rule.id, rule])),
      )
    }
    for (const rule of [...this.#rules, ...this.variants()])
      for (const reading of rule.readings) {
        const known = this.#byReading.get(reading) ?? []
        if (!known.some(({ rule: { id } }) => id === rule.rule.id))
          this.#byReading.set(reading, [...known, rule])
      }
    const nobody = new Subject('community', '', '', null)
    this.scene = createScene(roster, (community, id) => this.find(community, id), nobody)
  }

  get active(): boolean {
    return this.#rules.length > 0
  }

  variants(): CompiledRule[] {
    return [...this.#variants.values()].flatMap((rules) => [...rules.values()])
  }

  find(community: string, id: string): Source | null {
    return this.sources.get(community)?.get(id) ?? null
  }

  /** The source of an approved device, made on first sight; null for others. */
  source(community: string, id: string): Source | null {
    const known = this.find(community, id)
    if (known !== null) return known
    const device = this.roster.device(community, id)
    if (device === null || device.state !== 'approved') return null
    return this.keep(new Source(community, id, device))
  }

  keep(source: Source): Source {
    const devices = this.sources.get(source.community)
    if (devices === undefined) this.sources.set(source.community, new Map([[source.id, source]]))
    else devices.set(source.id, source)
    source.self = new Subject('device', source.community, source.id, source)
    this.deleted.delete(source.key)
    this.join(source)
    return source
  }

  join(source: Source): void {
    for (const group of this.groups.join(source))
      if (group.kind !== 'community') this.#planAnew(group)
    for (const series of source.series) if (series !== undefined) series.plan = null
  }

  /** The series of a reading, made with its windows. */
  series(source: Source, reading: number, now: number): Series {
    const known = source.series[reading]
    if (known !== undefined) return known
    const series = new Series(this.readings.nameOf(reading))
    series.windows = this.readings.windows(reading).map((ms) => new Window(ms, now))
    source.series[reading] = series
    // Rules of its neighbours may now be about it, and its own about theirs.
    for (const [kind, group] of Object.entries(source.groups))
      if (kind !== 'community') this.#planAnew(group)
    return series
  }

  /** Who looks when a value of this reading comes. */
  plan(source: Source, series: Series, reading: number): readonly Watch[] {
    const watches = new Set<Watch>()
    this.#far.clear()
    for (const { rule } of this.#byReading.get(reading) ?? []) {
      const current = this.ruleFor(rule.id, source.community, this.lookingAt)
      if (current !== null) this.#planRule(current, source, reading, watches)
    }
    const plan = [...watches]
    series.plan = plan
    return plan
  }

  /** The plan of a series, with nothing new added that is not asked for. */
  planned(source: Source, series: Series, reading: number): readonly Watch[] {
    const near = this.plan(source, series, reading)
    const far = this.#far
    this.#far = new Set()
    return [...near, ...far]
  }

  /** Rows of a series that is no more. */
  forgetSeries(source: Source, series: Series): void {
    for (const key of seriesKeys(source, series)) this.deleted.add(key)
  }

  /** A rule as the modes of a community have it now. */
  ruleFor(id: string, community: string, now: number): CompiledRule | null {
    for (const { mode } of this.roster.activeModes(community, now)) {
      const variant = this.#variants.get(mode)?.get(id)
      if (variant !== undefined) return variant
    }
    return this.#byId.get(id) ?? null
  }

  /** The rule or variant of a rule that carries this version. */
  savedRule(id: string, tag: string): CompiledRule | null {
    const all = [this.#byId.get(id), ...[...this.#variants.values()].map((rules) => rules.get(id))]
    return all.find((rule) => rule?.rule.versionTag === tag) ?? null
  }

  /** An anomaly stands whose rule is no more: it is withdrawn with the next input. */
  orphaned(anomaly: AnomalyType, community: string, kind: string, id: string): void {
    const key = anomalyKeyOf(anomaly, community, kind, id)
    const evidence: ClearEffect['evidence'] = []
    this.orphans.push({ kind: 'clear', key, at: 0, reason: gone, resolves: false, evidence })
  }

  /** The state of a rule about a subject, made where there is none. */
  watch(rule: CompiledRule, subject: Subject): Watch {
    const known = subject.watches.get(rule.rule.id) as Watch | undefined
    if (known !== undefined) return known
    const made = new Watch(rule, subject)
    subject.watches.set(rule.rule.id, made)
    this.watches.set(made.key, made)
    this.lookLater(made)
    return made
  }

  /** The next look by the clock: all of one pace look together. */
  lookLater(watch: Watch): void {
    const { everyMs } = watch.rule
    watch.lookAt = everyMs === null ? null : (Math.floor(this.lookingAt / everyMs) + 1) * everyMs
    this.reschedule(watch)
  }

  ripen(watch: Watch, at: number | null): void {
    watch.ripeAt = at
    this.dirtyWatches.add(watch)
    this.reschedule(watch)
  }

  rest(watch: Watch): void {
    watch.phase = 'idle'
    this.ripen(watch, null)
  }

  reschedule(watch: Watch): void {
    const { ripeAt, lookAt } = watch
    watch.dueAt = ripeAt === null || (lookAt !== null && lookAt < ripeAt) ? lookAt : ripeAt
    this.due.schedule(watch)
  }

  /** Withdraws what a rule or a subject that is gone has said. */
  drop(watch: Watch): Effect[] {
    const stood = watch.phase === 'active' || watch.phase === 'clearing'
    this.watches.delete(watch.key)
    watch.subject.watches.delete(watch.rule.rule.id)
    this.dirtyWatches.delete(watch)
    this.deleted.add(watch.key)
    const effect = stood ? expressionClear(this, watch, this.lookingAt, gone) : null
    watch.phase = 'idle'
    watch.ripeAt = null
    watch.lookAt = null
    watch.dueAt = null
    return effect === null ? [] : this.standing.cleared(watch, effect)
  }

  *each(): Iterable<Source> {
    for (const devices of this.sources.values()) yield* devices.values()
  }

  #planAnew(group: Subject): void {
    for (const member of group.members)
      for (const series of member.series) if (series !== undefined) series.plan = null
  }

  #planRule(rule: CompiledRule, source: Source, reading: number, watches: Set<Watch>): void {
    const { about } = rule.rule
    if (about === 'device' && rule.own.has(reading) && source.self !== null)
      if (rulesHold(rule.rule, source.device)) watches.add(this.watch(rule, source.self))
    for (const [kind, readings] of rule.around) {
      if (!readings.has(reading)) continue
      const group = kind === 'device' ? undefined : source.groups[kind]
      if (about !== 'device') {
        // A group that asks another kind of group is looked at by the clock.
        const own = source.groups[about]
        if (own === undefined || !rulesHold(rule.rule, { ...source.device, type: null })) continue
        const watch = this.watch(rule, own)
        if (kind === about && kind !== 'community') watches.add(watch)
        else this.#far.add(watch)
      } else if (group !== undefined && kind !== 'community') this.#fanOut(rule, group, watches)
    }
  }

  #fanOut(rule: CompiledRule, group: Subject, watches: Set<Watch>): void {
    if (group.members.length > fanOutMax) {
      this.farLooks += 1
      return
    }
    for (const member of group.members) {
      const heard = [...rule.own].some((reading) => member.series[reading] !== undefined)
      if (heard && member.self !== null && rulesHold(rule.rule, member.device))
        watches.add(this.watch(rule, member.self))
    }
  }
}
