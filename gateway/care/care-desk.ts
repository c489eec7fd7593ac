import { isDeepStrictEqual } from 'node:util'
import type { CareSettings } from '../../config/rules.ts'
import type { Place } from '../../contracts/place.ts'
import type { RosterDevice, RosterResident } from '../../contracts/roster.ts'
import { DueHeap } from '../model/due-heap.ts'
import type { StateRow } from '../model/engine.ts'
import type { RosterView } from '../model/roster-view.ts'
import { createHome, type Home } from './home.ts'
import { createPerson, moved, type Person, planned, backSince } from './person.ts'
import { Modes } from './modes.ts'
import {
  loadHome,
  loadLedger,
  loadPerson,
  loadSource,
  prefixes,
  saveHome,
  saveLedger,
  savePerson,
  saveSource,
  sourceKey,
} from './saved.ts'
import { createSource, type Source } from './source.ts'
import { Watchers } from './watchers.ts'

/** All that the care engine remembers, and which of it must be saved. */
export class CareDesk {
  readonly roster: RosterView
  readonly settings: CareSettings
  readonly versionTag: string
  readonly due = new DueHeap<Person>()
  /** Our time at the last input; null before the first. */
  now: number | null = null
  /** When the gateway started, our time: who spoke before it may have spoken in vain. */
  startedAt = 0
  /** No decision before this, our time. */
  settledAt = 0
  readonly persons = new Map<string, Person>()
  readonly modes: Modes
  readonly #watchers: Watchers
  readonly #sources = new Map<string, Source>()
  readonly #homes = new Map<string, Home>()
  readonly #dirty = new Map<string, () => string>()
  readonly #deleted = new Set<string>()
  #rosterVersion = 0

  constructor(roster: RosterView, settings: CareSettings, versionTag: string) {
    this.roster = roster
    this.settings = settings
    this.versionTag = versionTag
    this.modes = new Modes(roster, settings)
    this.#watchers = new Watchers(roster, settings)
  }

  meta(change: {
    readonly now?: number
    readonly startedAt?: number
    readonly settledAt?: number
  }) {
    this.now = change.now ?? this.now
    this.startedAt = change.startedAt ?? this.startedAt
    this.settledAt = change.settledAt ?? this.settledAt
    this.#mark(prefixes.meta, () => JSON.stringify([this.now, this.startedAt, this.settledAt]))
  }

  /** The device where it stands in a home and is approved. */
  homeDevice(community: string, device: string): (RosterDevice & { household: string }) | null {
    const found = this.roster.device(community, device)
    if (found === null || found.household === null || found.state !== 'approved') return null
    return found as RosterDevice & { household: string }
  }

  source(device: RosterDevice): Source {
    const key = `${device.community}/${device.id}`
    let source = this.#sources.get(key)
    if (source === undefined) {
      source = createSource(device.community, device.id)
      this.#sources.set(key, source)
    }
    if (device.intervalMs !== null) source.intervalMs = device.intervalMs
    return source
  }

  home(id: string): Home {
    let home = this.#homes.get(id)
    if (home === undefined) {
      home = createHome(id)
      this.#homes.set(id, home)
    }
    return home
  }

  sources(): Iterable<Source> {
    return this.#sources.values()
  }
  homes(): Iterable<Home> {
    return this.#homes.values()
  }

  /**
   * What looks after a person: devices of their home that have shown that they can notice somebody, and cameras
   * nearby that know their face.
   */
  sourcesFor(person: Person): { readonly source: Source; readonly device: RosterDevice }[] {
    const { household } = person.resident
    if (household === null) return []
    const devices = [...this.roster.devicesOf(household), ...this.#watchers.of(person)]
    return devices.flatMap((device) => {
      const source = this.#sources.get(`${device.community}/${device.id}`)
      const looks = device.state === 'approved' && source !== undefined && source.able.size > 0
      return looks ? [{ source, device }] : []
    })
  }

  /** Devices of a home that have ever noticed anybody. */
  sourcesOf(household: string): { readonly source: Source; readonly device: RosterDevice }[] {
    return this.roster.devicesOf(household).flatMap((device) => {
      const source = this.#sources.get(`${device.community}/${device.id}`)
      return source === undefined ? [] : [{ source, device }]
    })
  }

  /** Homes of watched people within `metres`. */
  homesNear(place: Place | null, community: string, metres: number): string[] {
    return this.#watchers.homesNear(place, community, metres, this.persons.values())
  }

  knownSource(community: string, device: string): Source | null {
    return this.#sources.get(`${community}/${device}`) ?? null
  }

  /** Forgets devices and homes that the roster does not know any more. Where there is no roster, nothing. */
  prune(): void {
    if (this.roster.version === 0) return
    for (const [key, source] of this.#sources) {
      if (this.roster.device(source.community, source.device) !== null) continue
      this.#sources.delete(key)
      this.#drop(`${prefixes.source}${key}`)
      this.#drop(`${prefixes.ledger}${key}`)
    }
    for (const id of this.#homes.keys()) {
      if (this.roster.household(id) !== null) continue
      this.#homes.delete(id)
      this.#drop(`${prefixes.home}${id}`)
    }
  }

  touchSource(source: Source): void {
    const key = sourceKey(source)
    this.#mark(`${prefixes.source}${key}`, () => saveSource(source))
  }
  touchLedger(source: Source): void {
    this.#mark(`${prefixes.ledger}${sourceKey(source)}`, () => saveLedger(source))
  }
  touchHome(home: Home): void {
    this.#mark(`${prefixes.home}${home.id}`, () => saveHome(home))
  }
  touchPerson(person: Person): void {
    this.#mark(person.key, () => savePerson(person))
    this.due.schedule(person)
  }

  watchedIn(household: string): Person[] {
    return this.roster.residentsOf(household).flatMap(({ id }) => this.persons.get(id) ?? [])
  }

  /** Follows the roster. Returns those whose watch has changed and those whose watch has ended. */
  followRoster(now: number): {
    readonly changed: readonly Person[]
    readonly ended: readonly Person[]
  } {
    if (this.roster.version === this.#rosterVersion) return { changed: [], ended: [] }
    const ids = this.roster.changedResidents(this.#rosterVersion)
    this.#rosterVersion = this.roster.version
    const changed: Person[] = []
    const ended: Person[] = []
    const residents =
      ids === null ? this.roster.residents() : ids.flatMap((id) => this.roster.resident(id) ?? [])
    for (const resident of residents) {
      const person = this.#follow(resident, now)
      if (person !== null) changed.push(person)
    }
    for (const id of ids ?? this.persons.keys()) {
      const person = this.persons.get(id)
      if (person === undefined || this.roster.resident(id)?.watch) continue
      this.persons.delete(id)
      this.#drop(person.key)
      person.dueAt = null
      ended.push(person)
    }
    return { changed: changed.filter(({ resident }) => resident.watch !== null), ended }
  }

  #follow(resident: RosterResident, now: number): Person | null {
    const person = this.persons.get(resident.id)
    if (person === undefined) {
      if (resident.watch === null) return null
      const added = createPerson(resident, now)
      planned(added, null, now)
      if (resident.household !== null) added.home = this.home(resident.household).last
      this.persons.set(resident.id, added)
      return added
    }
    if (person.resident === resident) return null
    // As it was before a restart: nothing is looked at again that would not have been without it.
    if (isDeepStrictEqual(person.resident, resident)) {
      person.resident = resident
      return null
    }
    if (person.resident.household !== resident.household) moved(person, now)
    if (person.resident.watch?.since !== resident.watch?.since) person.sinceAt = null
    const before = person.resident
    person.resident = resident
    planned(person, before, now)
    backSince(person, before)
    return person
  }

  restore(rows: Iterable<StateRow>): void {
    const ledgers: [string, string][] = []
    for (const { key, value } of rows) {
      if (value === null) continue
      if (key === prefixes.meta) {
        const [now, startedAt, settledAt] = JSON.parse(value) as [number, number, number]
        this.now = now
        this.startedAt = startedAt
        this.settledAt = settledAt
      } else if (key.startsWith(prefixes.source)) {
        const source = loadSource(key, value)
        this.#sources.set(sourceKey(source), source)
      } else if (key.startsWith(prefixes.ledger)) ledgers.push([key, value])
      else if (key.startsWith(prefixes.home)) {
        const home = loadHome(value)
        this.#homes.set(home.id, home)
      } else if (key.startsWith(prefixes.person)) {
        const person = loadPerson(value)
        this.persons.set(person.id, person)
        this.due.schedule(person)
      }
    }
    for (const [key, value] of ledgers) {
      const source = this.#sources.get(key.slice(prefixes.ledger.length))
      if (source !== undefined) loadLedger(source, value)
    }
  }

  takeDirty(): readonly StateRow[] {
    const rows: StateRow[] = [...this.#deleted].map((key) => ({ key, value: null }))
    for (const [key, write] of this.#dirty) rows.push({ key, value: write() })
    this.#deleted.clear()
    this.#dirty.clear()
    return rows
  }

  #drop(key: string): void {
    this.#dirty.delete(key)
    this.#deleted.add(key)
  }

  #mark(key: string, write: () => string): void {
    this.#deleted.delete(key)
    this.#dirty.set(key, write)
  }
}
