import type { CareSettings } from '../../config/rules.ts'
import type { Place } from '../../contracts/place.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'
import { NearIndex } from './near.ts'
import type { Person } from './person.ts'

/** A camera that says whose faces it sees. */
export const recognises = (device: RosterDevice): boolean =>
  device.state === 'approved' && device.camera?.tasks.includes('recognition') === true

/** Who stands near to whom: cameras to homes, homes to doors. Made anew when it is asked after a change. */
export class Watchers {
  readonly #roster: RosterView
  readonly #settings: CareSettings
  #camerasAt = -1
  #cameras = new NearIndex<RosterDevice>()
  #homesAt = -1
  #homes = new NearIndex<{ readonly id: string; readonly community: string }>()

  constructor(roster: RosterView, settings: CareSettings) {
    this.#roster = roster
    this.#settings = settings
  }

  /** Cameras outside their home that would recognise this person, were they to pass. */
  of({ resident }: Person): RosterDevice[] {
    const { household, id, community } = resident
    if (household === null || this.#roster.facesOf(id).length === 0) return []
    const place = this.#roster.household(household)?.place ?? null
    return this.#recognising()
      .within(place, this.#settings.cameraNearM)
      .filter((camera) => camera.community === community && camera.household !== household)
  }

  homesNear(
    place: Place | null,
    community: string,
    metres: number,
    persons: Iterable<Person>,
  ): string[] {
    if (this.#homesAt !== this.#roster.version) {
      this.#homesAt = this.#roster.version
      this.#homes = new NearIndex()
      const known = new Set<string>()
      for (const { resident } of persons) {
        const { household } = resident
        if (household === null || known.has(household)) continue
        known.add(household)
        const found = this.#roster.household(household)
        if (found === null) continue
        this.#homes.add({ id: household, community: resident.community }, found.place)
      }
    }
    return this.#homes
      .within(place, metres)
      .filter((home) => home.community === community)
      .map(({ id }) => id)
  }

  #recognising(): NearIndex<RosterDevice> {
    if (this.#camerasAt === this.#roster.version) return this.#cameras
    this.#camerasAt = this.#roster.version
    this.#cameras = new NearIndex()
    for (const device of this.#roster.devices())
      if (recognises(device)) this.#cameras.add(device, device.place)
    return this.#cameras
  }
}
