import type { CameraRule, MissingRule, RuleBook } from '../../config/rules.ts'
import type { HealthSettings } from '../../config/health-schema.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { DueHeap } from '../model/due-heap.ts'
import type { StateRow } from '../model/engine.ts'
import type { RosterView } from '../model/roster-view.ts'
import {
  type Cause,
  causePrefix,
  DeviceEntry,
  entryPrefix,
  type Memory,
  newMemory,
} from './entry.ts'
import { Groups } from './groups.ts'

const metaKey = 'health/meta'

interface Selector {
  readonly enabled: boolean
  readonly deviceTypes?: readonly string[]
  readonly communities?: readonly string[]
}

const selects = (rule: Selector, device: RosterDevice): boolean =>
  rule.enabled &&
  (rule.deviceTypes === undefined || rule.deviceTypes.includes(device.type)) &&
  (rule.communities === undefined || rule.communities.includes(device.community))

/** All that the health engine remembers, and which of it must be saved. */
export class HealthDesk {
  readonly roster: RosterView
  readonly book: RuleBook
  readonly due = new DueHeap<DeviceEntry>()
  readonly groups: Groups
  /** Our time at the last input; null before the first. */
  now: number | null = null
  /** Nobody is missing before this, our time. */
  settledAt = 0
  readonly causes = new Map<string, Cause>()
  readonly #missing: readonly MissingRule[]
  readonly #camera: readonly CameraRule[]
  readonly #communities = new Map<string, Map<string, DeviceEntry>>()
  readonly #dirty = new Set<DeviceEntry>()
  readonly #dirtyCauses = new Set<string>()
  readonly #deleted = new Set<string>()
  #metaDirty = false
  #rosterVersion = 0

  constructor(roster: RosterView, book: RuleBook) {
    this.roster = roster
    this.book = book
    this.groups = new Groups(roster)
    this.#missing = book.rules.filter((rule) => rule.kind === 'missing')
    this.#camera = book.rules.filter(
      (rule) => rule.kind === 'camera' && rule.state === 'offline',
    ) as CameraRule[]
  }

  /** Levels of the rule that reports a low battery. */
  get batteryLevels(): { readonly raise: number; readonly clear: number } {
    for (const rule of this.book.rules)
      if (
        rule.kind === 'threshold' &&
        rule.anomaly === 'device.battery-low' &&
        rule.below !== undefined
      )
        return rule.below
    return { raise: 15, clear: 25 }
  }

  get settings(): HealthSettings {
    return this.book.health
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

  missingRule(entry: DeviceEntry): MissingRule | null {
    const { device } = entry
    return device === null ? null : (this.#missing.find((rule) => selects(rule, device)) ?? null)
  }
  cameraRule(entry: DeviceEntry): CameraRule | null {
    const { device } = entry
    return device === null ? null : (this.#camera.find((rule) => selects(rule, device)) ?? null)
  }

  /** The entry of an approved device, made on first sight; null for others. */
  entry(community: string, id: string): DeviceEntry | null {
    const known = this.known(community, id)
    if (known !== null) return known.device === null ? null : known
    const device = this.roster.device(community, id)
    if (device === null || device.state !== 'approved') return null
    const entry = this.#keep(new DeviceEntry(community, id))
    entry.device = device
    return entry
  }

  known(community: string, id: string): DeviceEntry | null {
    return this.#communities.get(community)?.get(id) ?? null
  }

  *entries(): Iterable<DeviceEntry> {
    for (const devices of this.#communities.values()) yield* devices.values()
  }

  /** Effects come in the order of keys, not in that of arrival: a restart must not change it. */
  sorted(): DeviceEntry[] {
    return [...this.entries()].sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  touch(entry: DeviceEntry): void {
    this.#dirty.add(entry)
  }

  /** Not before `at` will it be looked at again; null: never. */
  wait(entry: DeviceEntry, at: number | null): void {
    entry.dueAt = at
    this.due.schedule(entry)
  }

  touchCause(cause: Cause): void {
    this.causes.set(cause.key, cause)
    this.#deleted.delete(causePrefix + cause.key)
    this.#dirtyCauses.add(cause.key)
  }

  dropCause(cause: Cause): void {
    this.causes.delete(cause.key)
    this.#dirtyCauses.delete(cause.key)
    this.#deleted.add(causePrefix + cause.key)
  }

  /** Entries whose device has changed in the roster, with what it was; once per version. */
  moved(): DeviceEntry[] {
    if (this.roster.version === this.#rosterVersion) return []
    this.#rosterVersion = this.roster.version
    this.groups.build()
    const moved: DeviceEntry[] = []
    for (const entry of this.sorted()) {
      const device = this.roster.device(entry.community, entry.id)
      const approved = device !== null && device.state === 'approved' ? device : null
      if (approved === entry.device && approved !== null) continue
      entry.device = approved
      moved.push(entry)
    }
    return moved
  }

  forget(entry: DeviceEntry): void {
    this.#communities.get(entry.community)?.delete(entry.id)
    this.#dirty.delete(entry)
    this.#deleted.add(entry.key)
    this.wait(entry, null)
  }

  restore(rows: Iterable<StateRow>): void {
    for (const { key, value } of rows) {
      if (value === null) continue
      if (key === metaKey) {
        const [now, settledAt] = JSON.parse(value) as [number, number]
        this.now = now
        this.settledAt = settledAt
      } else if (key.startsWith(entryPrefix)) {
        const [community = '', id = ''] = key.slice(entryPrefix.length).split('/')
        const entry = this.#keep(new DeviceEntry(community, id))
        entry.memory = { ...newMemory(), ...(JSON.parse(value) as Partial<Memory>) }
      } else if (key.startsWith(causePrefix)) {
        const cause = JSON.parse(value) as Cause
        this.causes.set(cause.key, cause)
      }
    }
  }

  takeDirty(): readonly StateRow[] {
    const rows: StateRow[] = []
    for (const key of this.#deleted) rows.push({ key, value: null })
    for (const entry of this.#dirty) rows.push({ key: entry.key, value: saved(entry) })
    for (const key of this.#dirtyCauses)
      rows.push({ key: causePrefix + key, value: JSON.stringify(this.causes.get(key)) })
    if (this.#metaDirty && this.now !== null)
      rows.push({ key: metaKey, value: JSON.stringify([this.now, this.settledAt]) })
    this.#deleted.clear()
    this.#dirty.clear()
    this.#dirtyCauses.clear()
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
}

/** Written by ourselves, so trusted when read. What is as in a new memory is left out. */
const blank: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(newMemory()).map(([name, value]) => [name, JSON.stringify(value)]),
)
function saved(entry: DeviceEntry): string {
  const memory: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(entry.memory)) {
    if (JSON.stringify(value) !== blank[name]) memory[name] = value
  }
  return JSON.stringify(memory)
}
