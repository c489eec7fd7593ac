import { DueHeap, type Waiting } from '../model/due-heap.ts'
import type { Effect } from '../model/effect.ts'
import type { Engine, StateRow } from '../model/engine.ts'
import type { AccessFact, CrossingFact, Input, Reading } from '../model/input.ts'
import type { RosterView } from '../model/roster-view.ts'
import { isAlarm, OpenAlarms } from './access-engine-alarms.ts'
import {
  type DoorState,
  excuse,
  graceMs,
  ourTime,
  passedOf,
  settingsOf,
  tracksMax,
} from './access-engine-door.ts'
import { EngineDoors } from './access-engine-doors.ts'
import { KeptPassages } from './access-engine-memory.ts'
import {
  alarmOf,
  closedOf,
  doorAnomalyKey,
  forcedOf,
  heldOf,
  tailgatingOf,
} from './access-engine-texts.ts'
import { fireReadings } from './fire-inputs.ts'
import { type AccessMemory, areaOf } from './passback.ts'

export interface AccessEngine extends Engine {
  /** For the doors at their start: who is inside, and how often visitors have come in. */
  memory(): AccessMemory
}

const nothing: readonly Effect[] = []
/** Older than this on arrival a reading is history: it tells how a door stands, not that it was forced. */
const lateMs = 60_000
const stallMs = 120_000
const stepBackMs = 60_000
const metaKey = 'meta'

/**
 * Doors that were forced, stand open, or let more people in than were let in, and the alarms of doors,
 * barriers and the watch-list. Only doors that somebody has set up (`device.door`) are judged: door
 * contacts of homes are not. Pure; by our own time, for a lock's clock may be wrong.
 */
export const createAccessEngine = (deps: { readonly roster: RosterView }): AccessEngine =>
  new DoorRules(deps.roster)

class DoorRules implements AccessEngine {
  readonly #roster: RosterView
  readonly #due = new DueHeap<Waiting>()
  readonly #doors: EngineDoors
  readonly #alarms = new OpenAlarms(this.#due)
  readonly #passages = new KeptPassages()
  #now: number | null = null
  #metaDirty = false

  constructor(roster: RosterView) {
    this.#roster = roster
    this.#doors = new EngineDoors(roster, this.#due)
  }

  apply(input: Input): readonly Effect[] {
    const now = input.receivedAt
    const gone = this.#doors.followRoster(now)
    if (gone !== null)
      this.#passages.reconcile((visitor) => this.#roster.visitor(visitor) !== null, now)
    const effects = [...(gone ?? []), ...this.#passTime(input, now)]
    effects.push(...this.#judge(input, now), ...this.#fireDue(now))
    if (now !== this.#now) {
      this.#now = now
      this.#metaDirty = true
    }
    return effects.length === 0 ? nothing : effects
  }

  nextDueAt(): number | null {
    return this.#due.nextAt()
  }

  memory(): AccessMemory {
    return this.#passages.memory()
  }

  restore(rows: Iterable<StateRow>): void {
    const others: StateRow[] = []
    for (const row of rows) {
      if (row.value === null) continue
      if (row.key === metaKey) this.#now = Number(row.value)
      else if (!this.#doors.restore(row.key, row.value) && !this.#alarms.restore(row))
        others.push(row)
    }
    this.#passages.restore(others)
  }

  takeDirty(): readonly StateRow[] {
    const rows = this.#doors.takeDirty()
    if (this.#metaDirty) rows.push({ key: metaKey, value: String(this.#now) })
    this.#metaDirty = false
    return [...rows, ...this.#alarms.takeDirty(), ...this.#passages.takeDirty()]
  }

  #judge(input: Input, now: number): readonly Effect[] {
    switch (input.kind) {
      case 'reading':
        return this.#reading(input, now)
      case 'access':
        return this.#access(input)
      case 'crossing':
        return this.#crossing(input, now)
      case 'alarm': {
        const device = this.#roster.device(input.community, input.device)
        return this.#alarms.raised(alarmOf(input, device), now)
      }
      case 'event': {
        if (input.type !== 'door.exit-button') return nothing
        const door = this.#doors.door(input.community, input.device)
        if (door !== null) this.#excuse(door, now)
        return nothing
      }
      case 'beat':
      case 'status':
      case 'info':
      case 'gone':
      case 'identity':
      case 'evidence':
      case 'sighting':
      case 'coverage':
      case 'camera-state':
      case 'start':
      case 'tick':
        return nothing
    }
  }

  #reading(reading: Reading, now: number): readonly Effect[] {
    const { community, device, name, value, ts } = reading
    const remembered = reading.retained === true
    if (typeof value !== 'boolean') return nothing
    if (fireReadings.has(name) && !remembered) this.#fire(reading, value, now)
    if (name !== 'doorOpen') return nothing
    const door = this.#doors.door(community, device)
    if (door === null) return nothing
    const at = ourTime(door, ts, now)
    this.#doors.changed(door)
    if (at < door.heardTs || value === door.open) return nothing
    door.heardTs = at
    if (remembered && value) {
      // Since when it stands open, and why, nobody knows: a baseline.
      door.open = null
      return nothing
    }
    const effects = value ? nothing : this.#shut(door, now)
    const explained = door.fire.length > 0 || now <= door.excusedUntil || now - at > lateMs
    if (value && door.open === false && !explained) door.suspectAt = now
    if (value) door.openSince = now
    door.open = value
    this.#doors.changed(door)
    return effects
  }

  #shut(door: DoorState, now: number): Effect[] {
    const { community, id, held, forced } = door
    door.held = false
    door.forced = false
    return [
      ...(held ? [closedOf(doorAnomalyKey('door.held-open', community, id), now)] : []),
      ...(forced ? [closedOf(doorAnomalyKey('door.forced', community, id), now)] : []),
    ]
  }

  #access(fact: AccessFact): readonly Effect[] {
    if (!fact.granted) return nothing
    const device = this.#roster.device(fact.community, fact.door)
    if (device !== null) this.#passages.note(fact, areaOf(device))
    const door = this.#doors.door(fact.community, fact.door)
    if (door === null || device === null) return nothing
    const at = fact.receivedAt
    this.#excuse(door, at)
    const { direction, openMs } = settingsOf(device)
    // Who opens by hand, or the fire, lets in as many as come.
    const counted = fact.method !== 'fire' && fact.method !== 'manual'
    if (!counted || (fact.direction ?? direction) === 'out') return nothing
    const until = at + openMs + graceMs
    const { session } = door
    if (session === null) door.session = { grants: 1, until, passed: {} }
    else {
      session.grants += 1
      session.until = Math.max(session.until, until)
    }
    this.#doors.changed(door)
    return nothing
  }

  #crossing({ community, camera, crossings }: CrossingFact, now: number): readonly Effect[] {
    for (const device of this.#doors.seenBy(community, camera)) {
      const door = this.#doors.door(community, device.id)
      const session = door?.session ?? null
      if (door === null || session === null || now > session.until) continue
      const passed = session.passed[camera] ?? []
      for (const { group, direction, trackId } of crossings)
        if (group === 'person' && direction === 'in' && !passed.includes(trackId))
          passed.push(trackId)
      session.passed[camera] = passed.slice(0, tracksMax)
      this.#doors.changed(door)
    }
    return nothing
  }

  /** An input with several alarms, such as smoke and gas, is quiet once all of them are. */
  #fire({ community, device: input, name }: Reading, burning: boolean, now: number): void {
    const alarm = `${input}/${name}`
    for (const device of this.#doors.withFireInput(community, input)) {
      const door = this.#doors.door(device.community, device.id)
      if (door === null || door.fire.includes(alarm) === burning) continue
      const others = door.fire.filter((one) => one !== alarm)
      door.fire = burning ? [...others, alarm] : others
      // The door is shut after the fire as after a passage.
      if (door.fire.length === 0) door.openSince = now
      this.#excuse(door, now)
    }
  }

  #excuse(door: DoorState, at: number): void {
    const device = this.#roster.device(door.community, door.id)
    if (device === null) return
    excuse(door, at, settingsOf(device).openMs)
    this.#doors.changed(door)
  }

  #fireDue(now: number): Effect[] {
    const effects: Effect[] = []
    for (let item = this.#due.takeDue(now); item !== null; item = this.#due.takeDue(now)) {
      if (isAlarm(item)) effects.push(this.#alarms.over(item, now))
      else {
        const door = this.#doors.withKey(item.key)
        if (door !== null) effects.push(...this.#review(door, now))
      }
    }
    return effects
  }

  #review(door: DoorState, now: number): Effect[] {
    const { community, id, suspectAt, session } = door
    const device = this.#roster.device(community, id)
    if (device === null) return []
    const effects: Effect[] = []
    if (suspectAt !== null && now >= suspectAt + graceMs) {
      door.suspectAt = null
      effects.push(forcedOf(device, suspectAt))
      if (door.open === true) door.forced = true
      else effects.push(closedOf(doorAnomalyKey('door.forced', community, id), now))
    }
    const { heldOpenAfterMs } = settingsOf(device)
    const openTooLong = door.open === true && now >= door.openSince + heldOpenAfterMs
    if (openTooLong && !door.held && door.fire.length === 0) {
      door.held = true
      effects.push(heldOf(device, door.openSince, heldOpenAfterMs))
    }
    if (session !== null && now >= session.until) {
      door.session = null
      const passed = passedOf(session)
      if (passed > session.grants) {
        const effect = tailgatingOf(device, session.until, passed, session.grants)
        effects.push(...this.#alarms.raised(effect, now))
      }
    }
    this.#doors.changed(door)
    return effects
  }

  #passTime(input: Input, now: number): readonly Effect[] {
    if (input.kind === 'start') {
      this.#doors.pause(now)
      return nothing
    }
    const due = this.#due.nextAt()
    if (now < (this.#now ?? now) - stepBackMs) {
      this.#alarms.clockSetBack(now)
      this.#doors.clockSetBack(now)
    } else if (due !== null && now - due > stallMs) this.#doors.pause(now)
    return this.#fireDue(now - 1)
  }
}
