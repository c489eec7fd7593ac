import type { RuleBook } from '../../../config/rules.ts'
import { readingTypes } from '../../../config/expression/language.ts'
import { observeClock } from '../../model/device-clock.ts'
import type { Effect } from '../../model/effect.ts'
import type { StateRow } from '../../model/engine.ts'
import type { Beat, DeviceEventInput, InfoInput, Reading, StatusInput } from '../../model/input.ts'
import type { RosterView } from '../../model/roster-view.ts'
import { isNewer } from '../order.ts'
import type { Standing } from '../standing.ts'
import { ExpressionDesk } from './desk.ts'
import { judge, ripe } from './judge.ts'
import { restoreRows, takeRows } from './saved.ts'
import type { Source } from './source.ts'
import { clockSetBack, pauseEnded } from './time-steps.ts'
import type { Watch } from './watch.ts'

const nothing: readonly Effect[] = []

/** Rules that are expressions: values, windows, neighbours. Part of the rule engine, with rows of its own. */
export class Expressions {
  readonly #desk: ExpressionDesk

  constructor(roster: RosterView, book: RuleBook, standing: Standing) {
    this.#desk = new ExpressionDesk(roster, book, standing)
  }

  /** The end of an anomaly waits to be said, whose rule was gone when the state was restored. */
  get withdraws(): boolean {
    return this.#desk.orphans.length > 0
  }

  nextDueAt(): number | null {
    return this.#desk.due.nextAt()
  }

  stats() {
    const { evaluations, unknown, farLooks, watches } = this.#desk
    return { evaluations, unknown, farLooks, watches: watches.size }
  }

  reading(reading: Reading): readonly Effect[] {
    const desk = this.#desk
    const number = desk.readings.find(reading.name)
    if (number === null) return nothing
    const value = valueOf(reading)
    if (Number.isNaN(value)) return nothing
    const source = desk.source(reading.community, reading.device)
    if (source === null) return nothing
    desk.lookingAt = reading.receivedAt
    this.#heard(source, reading.receivedAt)
    const series = desk.series(source, number, reading.receivedAt)
    const { time, state } = observeClock(source.clock, reading, desk.lateAfterMs)
    if (source.clock !== state) {
      source.clock = state
      desk.dirtySources.add(source)
    }
    const first = series.at === 0
    if (!first && !isNewer(series, reading, time.steady)) return nothing
    const at = Math.max(time.at, series.at)
    const before = series.value
    if (value > before) {
      const stillMs = series.riseAt === 0 ? 0 : at - series.riseAt
      for (const window of series.windows) window.add(at, value, before, stillMs)
      series.riseAt = at
    } else for (const window of series.windows) window.add(at, value, before, 0)
    if (first) series.riseAt = at
    series.ts = reading.ts
    series.seq = reading.seq
    series.at = at
    series.value = value
    series.flag = typeof reading.value === 'boolean'
    desk.dirtySeries.set(series, source)
    const plan = (series.plan as readonly Watch[] | null) ?? desk.plan(source, series, number)
    if (plan.length === 0) return nothing
    // What the broker remembers is a state: it begins nothing.
    const retained = reading.retained === true
    const cause = { at, begins: !first && !time.late && !retained, late: time.late, retained }
    let effects = nothing
    for (const watch of plan) {
      const came = judge(desk, watch, cause)
      if (came.length > 0) effects = [...effects, ...came]
    }
    return effects
  }

  sign(sign: Beat | DeviceEventInput): void {
    const source = this.#desk.find(sign.community, sign.device)
    if (source !== null) this.#heard(source, sign.receivedAt)
  }

  /** What a device, or its will, says of itself; an `online` of the broker's memory proves nothing. */
  status(status: StatusInput): void {
    const source = this.#desk.find(status.community, status.device)
    if (source === null) return
    if (status.online) {
      if (!status.retained) this.#heard(source, status.receivedAt)
    } else if (!source.offline) {
      source.offline = true
      source.reckon()
      this.#desk.dirtySources.add(source)
    }
  }

  info({ community, device, info }: InfoInput): void {
    const source = this.#desk.find(community, device)
    if (source === null || info.intervalMs === undefined || source.declaredMs === info.intervalMs)
      return
    source.declaredMs = info.intervalMs
    source.reckon()
    this.#desk.dirtySources.add(source)
  }

  /** Everything whose time has come, in the order of its deadlines. */
  due(now: number): readonly Effect[] {
    const desk = this.#desk
    desk.lookingAt = now
    const effects: Effect[] = this.#withdrawn(now)
    for (let watch = desk.due.takeDue(now); watch !== null; watch = desk.due.takeDue(now)) {
      if (watch.ripeAt !== null && watch.ripeAt <= now) {
        desk.ripen(watch, null)
        effects.push(...ripe(desk, watch))
      }
      if (watch.lookAt !== null && watch.lookAt <= now) {
        const cause = { at: now, begins: true, late: false }
        if (now >= desk.settledAt) effects.push(...judge(desk, watch, cause))
        desk.lookLater(watch)
      } else desk.reschedule(watch)
    }
    return effects
  }

  pauseEnded(from: number, to: number, settleMs: number): void {
    pauseEnded(this.#desk, from, to, settleMs)
  }

  /** What would have been looked at while we were away is looked at in its turn. */
  started(now: number): void {
    this.#desk.lookingAt = now
    for (const watch of this.#desk.watches.values()) this.#desk.lookLater(watch)
  }

  clockSetBack(now: number): void {
    clockSetBack(this.#desk, now)
  }

  /** Roster or modes have changed: groups, plans and rules are made anew, what no longer holds is withdrawn. */
  reconcile(now: number): Effect[] {
    const desk = this.#desk
    desk.lookingAt = now
    const effects = this.#withdrawn(now)
    if (!desk.active && desk.watches.size === 0) return effects
    const gone: Source[] = []
    desk.groups.clear()
    for (const source of desk.each()) {
      const device = desk.roster.device(source.community, source.id)
      if (device === null || device.state !== 'approved') gone.push(source)
      else {
        source.device = device
        source.reckon()
        desk.join(source)
      }
    }
    for (const source of gone) this.#forget(source)
    const kept = this.#planAll()
    for (const watch of [...desk.watches.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
      const rule = desk.ruleFor(watch.rule.rule.id, watch.subject.community, now)
      if (rule === null || !kept.has(watch)) effects.push(...desk.drop(watch))
      else if (rule !== watch.rule) {
        watch.rule = rule
        if (watch.phase === 'pending')
          desk.ripen(
            watch,
            Math.min(watch.ripeAt ?? now, Math.max(now, watch.since + rule.rule.forMs)),
          )
        desk.lookLater(watch)
      }
    }
    return effects
  }

  restore(rows: readonly StateRow[], now: number | null): void {
    this.#desk.lookingAt = now ?? 0
    restoreRows(this.#desk, rows)
    this.#planAll()
  }

  takeDirty(): readonly StateRow[] {
    return takeRows(this.#desk)
  }

  #heard(source: Source, receivedAt: number): void {
    if (source.heard(receivedAt)) this.#desk.dirtySources.add(source)
  }

  #withdrawn(now: number): Effect[] {
    const desk = this.#desk
    const effects = desk.orphans.flatMap((effect) =>
      desk.standing.cleared({ anomalyKey: effect.key }, { ...effect, at: now }),
    )
    desk.orphans = []
    return effects
  }

  /** Every plan, and with them the states that the clock looks at. */
  #planAll(): Set<unknown> {
    const desk = this.#desk
    const planned = new Set<unknown>()
    for (const source of desk.each())
      for (const [number, series] of source.series.entries())
        if (series !== undefined && series.at > 0)
          for (const watch of desk.planned(source, series, number)) planned.add(watch)
    return planned
  }

  #forget(source: Source): void {
    const desk = this.#desk
    desk.sources.get(source.community)?.delete(source.id)
    desk.dirtySources.delete(source)
    desk.deleted.add(source.key)
    for (const series of source.series)
      if (series !== undefined) {
        desk.dirtySeries.delete(series)
        desk.forgetSeries(source, series)
      }
  }
}

/** NaN for what is neither a number nor a flag, or not the kind that the contract says. */
function valueOf({ name, value }: Reading): number {
  const wanted = readingTypes.get(name)
  if (typeof value === 'boolean') return wanted === 'double' ? Number.NaN : value ? 1 : 0
  if (typeof value !== 'number' || !Number.isFinite(value)) return Number.NaN
  return wanted === 'bool' && value !== 0 && value !== 1 ? Number.NaN : value
}
