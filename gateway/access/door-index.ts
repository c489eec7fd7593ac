import type { RosterDevice, RosterVisitor } from '../../contracts/roster.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import { type Door, doorOf, isDoor } from './decide-door.ts'
import { meantVisit } from './meant-visit.ts'
import { areaOf } from './passback.ts'

export interface DoorIndexDeps {
  readonly roster: RosterView
  readonly logger: Logger
  readonly pictureLivenessAcceptedBy: string | null
}

export const doorKey = (community: string, id: string): string => `${community}/${id}`

/** Doors by camera, visitors by PIN: made anew when the roster has changed. */
export class DoorIndex {
  readonly #deps: DoorIndexDeps
  #version = -1
  #byCamera = new Map<string, Door[]>()
  #byPin = new Map<string, RosterVisitor[]>()
  /** Area and direction of every door that knows its direction. */
  #ways = new Set<string>()

  constructor(deps: DoorIndexDeps) {
    this.#deps = deps
  }

  /** Approved doors that name the camera; a terminal that sends its own frames names itself. */
  doorsOf(community: string, camera: string): readonly Door[] {
    this.#refresh()
    return this.#byCamera.get(doorKey(community, camera)) ?? []
  }

  /** Any device may present a credential: where nobody has set it up it is a door by default. */
  door(device: RosterDevice): Door {
    return doorOf(device, this.#deps.pictureLivenessAcceptedBy)
  }

  visitorByPin(community: string, pinHashHex: string, now: number): RosterVisitor | null {
    this.#refresh()
    return meantVisit(this.#byPin.get(doorKey(community, pinHashHex)) ?? [], now)
  }

  /** Whether some door of the area leads the other way. */
  hasWay(community: string, area: string, direction: 'in' | 'out'): boolean {
    this.#refresh()
    return this.#ways.has(JSON.stringify([community, area, direction]))
  }

  #refresh(): void {
    const { roster } = this.#deps
    if (this.#version === roster.version) return
    this.#version = roster.version
    this.#byCamera = new Map()
    this.#byPin = new Map()
    this.#ways = new Set()
    for (const device of roster.devices())
      if (device.state === 'approved' && isDoor(device)) this.#add(this.door(device))
    for (const visitor of roster.visitors()) {
      if (visitor.pinHashHex === null) continue
      const key = doorKey(visitor.community, visitor.pinHashHex)
      this.#byPin.set(key, [...(this.#byPin.get(key) ?? []), visitor])
    }
  }

  #add(door: Door): void {
    const { device, settings, fault } = door
    const { community, id } = device
    if (fault !== null)
      this.#deps.logger.error(
        { door: id, code: fault },
        fault === 'door.face-only'
          ? 'the door has no way in but faces: faces do not open it'
          : 'nobody vouches for the liveness of faces: a face needs its PIN',
      )
    const own = device.camera === null ? [] : [id]
    for (const camera of new Set([...own, ...settings.cameras])) {
      const key = doorKey(community, camera)
      this.#byCamera.set(key, [...(this.#byCamera.get(key) ?? []), door])
    }
    if (settings.direction !== 'both')
      this.#ways.add(JSON.stringify([community, areaOf(device), settings.direction]))
  }
}
