import type { Rule, RuleBook } from '../../config/rules.ts'
import { DueHeap } from '../model/due-heap.ts'
import type { ClearEffect, Effect, RaiseEffect } from '../model/effect.ts'
import type { StateRow } from '../model/engine.ts'
import type { RosterView } from '../model/roster-view.ts'
import { type Cell, createEntry, type DeviceEntry, notLive, rest, selects } from './cell.ts'
import { clearOf } from './report.ts'
import { ModeRules } from './mode-rules.ts'
import { Standing } from './standing.ts'
import {
  cellPrefix,
  entryPrefix,
  loadCell,
  loadEntry,
  originOf,
  parseCellKey,
  saveCell,
  savedAnomalyKey,
  saveEntry,
} from './saved.ts'

const metaKey = 'rules/meta'
const gone = { zh: '设备或规则已撤下', en: 'The device or the rule was withdrawn' }

/** All that the rule engine remembers, and which of it must be saved. */
export class RuleDesk {
  readonly roster: RosterView
  readonly book: RuleBook
  readonly due = new DueHeap<Cell>()
  /** Rules looked at because of a reading. */
  evaluations = 0
  /** Our time at the last input; null before the first. */
  now: number | null = null
  /** No camera is reported before this, our time. */
  settledAt = 0
  readonly #communities = new Map<string, Map<string, DeviceEntry>>()
  readonly #dirtyEntries = new Set<DeviceEntry>()
  readonly #dirtyCells = new Set<Cell>()
  readonly #deleted = new Set<string>()
  readonly standing = new Standing()
  readonly #modes: ModeRules
  /** Ends of anomalies whose rule was gone when the state was restored. */
  #orphans: ClearEffect[] = []
  #metaDirty = false
  #rosterVersion = 0

  constructor(roster: RosterView, book: RuleBook) {
    this.roster = roster
    this.book = book
    this.#modes = new ModeRules(roster, book)
  }

  passed(now: number): void {
    if (now === this.now) return
    this.now = now
    this.#metaDirty = true
  }

  settleUntil(at: number): void {
    this.settledAt = at
    this.#metaDirty = true
  }

  /** The entry of an approved device, made on first sight; null for others. */
  entry(community: string, id: string): DeviceEntry | null {
    const known = this.#communities.get(community)?.get(id)
    if (known !== undefined) return known.device === null ? null : known
    const device = this.roster.device(community, id)
    if (device === null || device.state !== 'approved') return null
    const entry = this.#keep(createEntry(community, id))
    entry.device = device
    return entry
  }

  *entries(): Iterable<DeviceEntry> {
    for (const devices of this.#communities.values()) yield* devices.values()
  }

  touch(entry: DeviceEntry): void {
    this.#dirtyEntries.add(entry)
  }

  /** The cell has changed: it is saved, and its deadline counts from now on. */
  changed(cell: Cell): void {
    this.#dirtyCells.add(cell)
    this.due.schedule(cell)
  }

  raised(cell: Cell, effect: RaiseEffect): Effect[] {
    return this.standing.raised(cell, effect)
  }

  /** The anomaly is over when the last rule that speaks of it says so. */
  cleared(cell: Cell, effect: ClearEffect): Effect[] {
    return this.standing.cleared(cell, effect)
  }

  /** The rules that hold in a community, those of its modes among them. */
  rulesIn(community: string): readonly Rule[] {
    return this.#modes.rulesIn(community, this.now ?? 0)
  }

  /** When a mode begins or ends next, our time. */
  modesChangeAt(): number | null {
    return this.#modes.nextEdge(this.now)
  }

  /** The end of an anomaly waits to be said, whose rule was gone when the state was restored. */
  get withdraws(): boolean {
    return this.#orphans.length > 0
  }

  rosterMoved(): boolean {
    return this.roster.version !== this.#rosterVersion
  }

  /** Brings what is remembered in line with the roster and its modes: what is no longer approved is forgotten. */
  reconcile(now: number): Effect[] {
    this.#rosterVersion = this.roster.version
    const effects = this.#withdrawn(now)
    const modesMoved = this.#modes.moved(now)
    for (const entry of this.entries()) {
      const device = this.roster.device(entry.community, entry.id)
      const approved = device !== null && device.state === 'approved' ? device : null
      if (modesMoved) this.#takeModes(entry, now)
      else if (approved === entry.device && approved !== null) continue
      entry.device = approved
      entry.plan.clear()
      effects.push(...this.#dropCells(entry, now))
      if (approved === null) this.#forget(entry)
    }
    return effects
  }

  restore(rows: Iterable<StateRow>): void {
    const cells: [string, string][] = []
    for (const { key, value } of rows) {
      if (value === null) continue
      if (key === metaKey) {
        const [now, settledAt] = JSON.parse(value) as [number, number]
        this.now = now
        this.settledAt = settledAt
      } else if (key.startsWith(entryPrefix)) this.#keep(loadEntry(key, value))
      else if (key.startsWith(cellPrefix)) cells.push([key, value])
    }
    for (const [key, value] of cells) this.#restoreCell(key, value)
  }

  takeDirty(): readonly StateRow[] {
    const rows: StateRow[] = []
    for (const key of this.#deleted) rows.push({ key, value: null })
    for (const entry of this.#dirtyEntries) rows.push({ key: entry.key, value: saveEntry(entry) })
    for (const cell of this.#dirtyCells) rows.push({ key: cell.key, value: saveCell(cell) })
    if (this.#metaDirty && this.now !== null)
      rows.push({ key: metaKey, value: JSON.stringify([this.now, this.settledAt]) })
    this.#deleted.clear()
    this.#dirtyEntries.clear()
    this.#dirtyCells.clear()
    this.#metaDirty = false
    return rows
  }

  #keep(entry: DeviceEntry): DeviceEntry {
    const devices = this.#communities.get(entry.community)
    if (devices === undefined) this.#communities.set(entry.community, new Map([[entry.id, entry]]))
    else devices.set(entry.id, entry)
    this.#deleted.delete(entry.key)
    return entry
  }

  #restoreCell(key: string, value: string): void {
    const { community, device, rule: id, zone } = parseCellKey(key)
    const rule = this.#modes.ruleOf(id, community, this.now ?? 0)
    const saved = originOf(value)
    if (
      rule === null ||
      isHealths(rule) ||
      (saved.anomaly !== null && saved.anomaly !== rule.anomaly)
    ) {
      this.#deleted.add(key)
      const anomalyKey = saved.stood
        ? savedAnomalyKey(saved.anomaly, community, device, zone)
        : null
      if (anomalyKey !== null)
        this.#orphans.push({
          kind: 'clear',
          key: anomalyKey,
          at: 0,
          reason: gone,
          resolves: false,
          evidence: [],
        })
      return
    }
    const entry =
      this.#communities.get(community)?.get(device) ?? this.#keep(createEntry(community, device))
    const cell = loadCell(entry, rule, zone, value)
    // What has begun under another wording begins anew; what stands, stands until the new one ends it.
    if (cell.phase === 'pending' && saved.tag !== null && saved.tag !== rule.versionTag) {
      rest(cell)
      this.changed(cell)
      return
    }
    this.due.schedule(cell)
    if (cell.phase === 'active' || cell.phase === 'clearing') this.standing.add(cell)
  }

  #withdrawn(now: number): Effect[] {
    const effects = this.#orphans.flatMap((effect) =>
      this.standing.cleared({ anomalyKey: effect.key }, { ...effect, at: now }),
    )
    this.#orphans = []
    return effects
  }

  /** Other numbers hold: what goes on, goes on under them. */
  #takeModes(entry: DeviceEntry, now: number): void {
    entry.plan.clear()
    for (const cell of entry.cells.values()) {
      const rule = this.#modes.ruleOf(cell.rule.id, entry.community, now)
      if (rule === null || rule === cell.rule) continue
      cell.rule = rule
      if (cell.phase === 'pending' && cell.dueAt !== null && 'forMs' in rule)
        cell.dueAt = Math.min(cell.dueAt, Math.max(now, cell.heardAt + rule.forMs))
      this.changed(cell)
    }
  }

  /** Cells of rules that are no longer about this device, or whose zone is gone. */
  #dropCells(entry: DeviceEntry, now: number): Effect[] {
    const effects: Effect[] = []
    for (const [slot, cell] of entry.cells) {
      const { device } = entry
      const zoneStands =
        cell.zone === null ||
        cell.zone === notLive ||
        device?.camera?.zones.some(({ id }) => id === cell.zone) === true
      if (device !== null && selects(cell.rule, device) && zoneStands) continue
      const stood = cell.phase === 'active' || cell.phase === 'clearing'
      rest(cell)
      entry.cells.delete(slot)
      this.#dirtyCells.delete(cell)
      this.#deleted.add(cell.key)
      if (stood) effects.push(...this.cleared(cell, clearOf(cell, now, [], gone)))
    }
    return effects
  }

  #forget(entry: DeviceEntry): void {
    this.#communities.get(entry.community)?.delete(entry.id)
    this.#dirtyEntries.delete(entry)
    this.#deleted.add(entry.key)
  }
}

/** Rules that the device-health engine applies. */
export const isHealths = (rule: Rule): boolean =>
  rule.kind === 'missing' || (rule.kind === 'camera' && rule.state === 'offline')

export const createRuleDesk = (roster: RosterView, book: RuleBook): RuleDesk =>
  new RuleDesk(roster, book)
