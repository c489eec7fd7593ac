import type { RosterDevice } from '../../contracts/roster.ts'
import type { DueHeap, Waiting } from '../model/due-heap.ts'
import type { Effect } from '../model/effect.ts'
import type { StateRow } from '../model/engine.ts'
import type { RosterView } from '../model/roster-view.ts'
import {
  afterPause,
  clockSetBack,
  type DoorState,
  doorPrefix,
  doorStateKey,
  dueOf,
  fireOf,
  loadDoor,
  newDoor,
  saveDoor,
  settingsOf,
} from './access-engine-door.ts'
import { doorAnomalyKey, goneOf } from './access-engine-texts.ts'

/** The doors that somebody has set up, what is remembered of each, and which of it must be saved. */
export class EngineDoors {
  readonly #roster: RosterView
  readonly #due: DueHeap<Waiting>
  readonly #doors = new Map<string, DoorState>()
  readonly #dirty = new Map<string, DoorState | null>()
  #byCamera = new Map<string, RosterDevice[]>()
  #byFireInput = new Map<string, RosterDevice[]>()
  #rosterVersion = -1

  constructor(roster: RosterView, due: DueHeap<Waiting>) {
    this.#roster = roster
    this.#due = due
  }

  withKey(key: string): DoorState | null {
    return this.#doors.get(key) ?? null
  }
  seenBy(community: string, camera: string): readonly RosterDevice[] {
    return this.#byCamera.get(`${community}/${camera}`) ?? []
  }
  withFireInput(community: string, input: string): readonly RosterDevice[] {
    return this.#byFireInput.get(`${community}/${input}`) ?? []
  }

  /** The door as it is remembered, made on first sight; null where the roster knows no such door. */
  door(community: string, id: string): DoorState | null {
    if (!this.#isDoor(community, id)) return null
    const key = doorStateKey(community, id)
    const known = this.#doors.get(key)
    if (known !== undefined) return known
    const door = newDoor(community, id)
    this.#doors.set(key, door)
    return door
  }

  changed(door: DoorState): void {
    this.#dirty.set(door.key, door)
    this.#schedule(door)
  }

  /** Null where the roster has not changed; else what was raised of doors that are gone is over. */
  followRoster(now: number): Effect[] | null {
    if (this.#rosterVersion === this.#roster.version) return null
    this.#rosterVersion = this.#roster.version
    this.#byCamera = new Map()
    this.#byFireInput = new Map()
    for (const device of this.#roster.devices()) {
      if (device.door == null || device.state !== 'approved') continue
      const { community, id, camera, door } = device
      for (const eye of new Set([...(camera === null ? [] : [id]), ...door.cameras]))
        add(this.#byCamera, `${community}/${eye}`, device)
      if (door.fireInput !== null) add(this.#byFireInput, `${community}/${door.fireInput}`, device)
    }
    return [...this.#doors.values()].flatMap((door) => {
      if (!this.#isDoor(door.community, door.id)) return this.#forget(door, now)
      this.#leaveFire(door, now)
      this.#schedule(door)
      return []
    })
  }

  /** Another fire input, or none: nobody will ever say that the old one is quiet. */
  #leaveFire(door: DoorState, now: number): void {
    const device = this.#roster.device(door.community, door.id)
    const fire = fireOf(door, device?.door?.fireInput ?? null)
    if (fire.length === door.fire.length) return
    door.fire = fire
    door.openSince = now
    this.changed(door)
  }

  pause(now: number): void {
    for (const door of this.#doors.values()) {
      afterPause(door, now)
      this.changed(door)
    }
  }

  clockSetBack(now: number): void {
    for (const door of this.#doors.values()) {
      const device = this.#roster.device(door.community, door.id)
      if (device !== null) clockSetBack(door, now, settingsOf(device).openMs)
      this.changed(door)
    }
  }

  restore(key: string, value: string): boolean {
    if (!key.startsWith(doorPrefix)) return false
    const door = loadDoor(key, value)
    this.#doors.set(door.key, door)
    this.#schedule(door)
    return true
  }

  takeDirty(): StateRow[] {
    const rows = [...this.#dirty].map(([key, door]) => ({
      key,
      value: door === null ? null : saveDoor(door),
    }))
    this.#dirty.clear()
    return rows
  }

  #forget(door: DoorState, now: number): Effect[] {
    const { key, community, id, held, forced } = door
    door.dueAt = null
    this.#doors.delete(key)
    this.#dirty.set(key, null)
    return [
      ...(held ? [goneOf(doorAnomalyKey('door.held-open', community, id), now)] : []),
      ...(forced ? [goneOf(doorAnomalyKey('door.forced', community, id), now)] : []),
    ]
  }

  #isDoor(community: string, id: string): boolean {
    const device = this.#roster.device(community, id)
    return device?.door != null && device.state === 'approved'
  }

  #schedule(door: DoorState): void {
    const device = this.#roster.device(door.community, door.id)
    door.dueAt = device === null ? null : dueOf(door, settingsOf(device).heldOpenAfterMs)
    this.#due.schedule(door)
  }
}

function add(map: Map<string, RosterDevice[]>, key: string, device: RosterDevice): void {
  map.set(key, [...(map.get(key) ?? []), device])
}
