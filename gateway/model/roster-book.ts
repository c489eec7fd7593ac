import type {
  Roster,
  RosterCard,
  RosterChange,
  RosterCredential,
  RosterDevice,
  RosterFace,
  RosterHousehold,
  RosterMode,
  RosterResident,
  RosterVehicle,
  RosterVisitor,
  RosterWatched,
} from '../../contracts/roster.ts'
import { GroupIndex } from './group-index.ts'
import type { RosterView } from './roster-view.ts'

const deviceKey = (community: string, id: string): string => `${community}/${id}`

const noModes: readonly RosterMode[] = []

const changesMax = 64

/** The gateway's copy of the roster in memory. Both threads hold one and apply the same changes. */
export class RosterBook implements RosterView {
  version = 0
  readonly #devices = new Map<string, RosterDevice>()
  readonly #credentials = new Map<string, RosterCredential>()
  readonly #households = new Map<string, RosterHousehold>()
  readonly #residents = new Map<string, RosterResident>()
  readonly #cards = new Map<string, RosterCard>()
  readonly #faces = new Map<string, RosterFace>()
  readonly #vehicles = new Map<string, RosterVehicle>()
  readonly #visitors = new Map<string, RosterVisitor>()
  readonly #watchlist = new Map<string, RosterWatched>()
  readonly #modes = new Map<string, RosterMode>()
  #vehiclesByPlate = new Map<string, RosterVehicle>()
  readonly #residentsOf = new GroupIndex<RosterResident>(
    ({ id }) => id,
    ({ household }) => household,
  )
  readonly #devicesOf = new GroupIndex<RosterDevice>(
    ({ community, id }) => deviceKey(community, id),
    ({ household }) => household,
  )
  readonly #facesOf = new GroupIndex<RosterFace>(
    ({ id }) => id,
    ({ resident }) => resident,
  )
  /** Residents that the last changes touched, by the version that they led to. */
  #touched: { readonly version: number; readonly residents: readonly string[] }[] = []
  #cardsByHash = new Map<string, RosterCard>()

  replace(roster: Roster): void {
    for (const map of [
      this.#devices,
      this.#credentials,
      this.#households,
      this.#residents,
      this.#cards,
      this.#faces,
      this.#vehicles,
      this.#visitors,
      this.#watchlist,
      this.#modes,
      this.#residentsOf,
      this.#devicesOf,
      this.#facesOf,
    ])
      map.clear()
    this.#upsert(roster)
    this.version = roster.version
    this.#touched = []
    this.#indexCards()
    this.#indexVehicles()
  }

  /** False, and nothing changed, when the change does not follow on this version. */
  patch(change: RosterChange): boolean {
    if (change.base !== this.version) return false
    for (const id of change.devices?.remove ?? []) take(this.#devices, id, null, this.#devicesOf)
    for (const id of change.credentials?.remove ?? []) this.#credentials.delete(id)
    for (const id of change.households?.remove ?? []) this.#households.delete(id)
    for (const id of change.residents?.remove ?? [])
      take(this.#residents, id, null, this.#residentsOf)
    for (const id of change.cards?.remove ?? []) this.#cards.delete(id)
    for (const id of change.faces?.remove ?? []) take(this.#faces, id, null, this.#facesOf)
    for (const id of change.vehicles?.remove ?? []) this.#vehicles.delete(id)
    for (const id of change.visitors?.remove ?? []) this.#visitors.delete(id)
    for (const id of change.watchlist?.remove ?? []) this.#watchlist.delete(id)
    for (const id of change.modes?.remove ?? []) this.#modes.delete(id)
    this.#upsert({
      devices: change.devices?.upsert ?? [],
      credentials: change.credentials?.upsert ?? [],
      households: change.households?.upsert ?? [],
      residents: change.residents?.upsert ?? [],
      cards: change.cards?.upsert ?? [],
      faces: change.faces?.upsert ?? [],
      vehicles: change.vehicles?.upsert ?? [],
      visitors: change.visitors?.upsert ?? [],
      watchlist: change.watchlist?.upsert ?? [],
      modes: change.modes?.upsert ?? [],
    })
    this.version = change.version
    const { upsert = [], remove = [] } = change.residents ?? {}
    const residents = [...upsert.map(({ id }) => id), ...remove]
    this.#touched = [...this.#touched, { version: change.version, residents }].slice(-changesMax)
    if (change.cards !== undefined) this.#indexCards()
    if (change.vehicles !== undefined) this.#indexVehicles()
    return true
  }

  snapshot(): Roster {
    return {
      version: this.version,
      devices: [...this.#devices.values()],
      credentials: [...this.#credentials.values()],
      households: [...this.#households.values()],
      residents: [...this.#residents.values()],
      cards: [...this.#cards.values()],
      faces: [...this.#faces.values()],
      vehicles: [...this.#vehicles.values()],
      visitors: [...this.#visitors.values()],
      watchlist: [...this.#watchlist.values()],
      modes: [...this.#modes.values()],
    }
  }

  device(community: string, id: string): RosterDevice | null {
    return this.#devices.get(deviceKey(community, id)) ?? null
  }
  changedResidents(since: number): readonly string[] | null {
    if (since === this.version) return []
    const first = this.#touched.findIndex(({ version }) => version === since + 1)
    if (first === -1) return null
    return [...new Set(this.#touched.slice(first).flatMap(({ residents }) => residents))]
  }
  devices(): Iterable<RosterDevice> {
    return this.#devices.values()
  }
  credential(username: string): RosterCredential | null {
    return this.#credentials.get(username) ?? null
  }
  household(id: string): RosterHousehold | null {
    return this.#households.get(id) ?? null
  }
  resident(id: string): RosterResident | null {
    return this.#residents.get(id) ?? null
  }
  residents(): Iterable<RosterResident> {
    return this.#residents.values()
  }
  residentsOf(household: string): readonly RosterResident[] {
    return this.#residentsOf.of(household)
  }
  devicesOf(household: string): readonly RosterDevice[] {
    return this.#devicesOf.of(household)
  }
  cardByHash(codeHashHex: string): RosterCard | null {
    return this.#cardsByHash.get(codeHashHex) ?? null
  }

  face(id: string): RosterFace | null {
    return this.#faces.get(id) ?? null
  }
  facesOf(resident: string): readonly RosterFace[] {
    return this.#facesOf.of(resident)
  }
  faces(): Iterable<RosterFace> {
    return this.#faces.values()
  }
  vehicleByPlate(community: string, plate: string): RosterVehicle | null {
    return this.#vehiclesByPlate.get(`${community}/${plate}`) ?? null
  }
  vehicles(): Iterable<RosterVehicle> {
    return this.#vehicles.values()
  }
  visitor(id: string): RosterVisitor | null {
    return this.#visitors.get(id) ?? null
  }
  visitors(): Iterable<RosterVisitor> {
    return this.#visitors.values()
  }
  watchlist(): Iterable<RosterWatched> {
    return this.#watchlist.values()
  }
  activeModes(community: string, now: number): readonly RosterMode[] {
    if (this.#modes.size === 0) return noModes
    const holds = ({ from, to }: RosterMode): boolean => from <= now && (to === null || now < to)
    return [...this.#modes.values()].filter((mode) => mode.community === community && holds(mode))
  }
  modes(): Iterable<RosterMode> {
    return this.#modes.values()
  }

  #upsert(items: Omit<Roster, 'version'>): void {
    for (const device of items.devices)
      take(this.#devices, deviceKey(device.community, device.id), device, this.#devicesOf)
    for (const credential of items.credentials)
      this.#credentials.set(credential.username, credential)
    for (const household of items.households) this.#households.set(household.id, household)
    for (const resident of items.residents)
      take(this.#residents, resident.id, resident, this.#residentsOf)
    for (const card of items.cards) this.#cards.set(card.id, card)
    for (const face of items.faces ?? []) take(this.#faces, face.id, face, this.#facesOf)
    for (const vehicle of items.vehicles ?? []) this.#vehicles.set(vehicle.id, vehicle)
    for (const visitor of items.visitors ?? []) this.#visitors.set(visitor.id, visitor)
    for (const watched of items.watchlist ?? []) this.#watchlist.set(watched.id, watched)
    for (const mode of items.modes ?? []) this.#modes.set(mode.id, mode)
  }

  #indexCards(): void {
    this.#cardsByHash = new Map([...this.#cards.values()].map((card) => [card.codeHashHex, card]))
  }
  #indexVehicles(): void {
    this.#vehiclesByPlate = new Map(
      [...this.#vehicles.values()].map((vehicle) => [
        `${vehicle.community}/${vehicle.plate}`,
        vehicle,
      ]),
    )
  }
}

/** Puts `item` in the place of what has its key, and keeps the index in step; null takes it away. */
function take<T>(map: Map<string, T>, key: string, item: T | null, index: GroupIndex<T>): void {
  const before = map.get(key)
  if (before !== undefined) index.remove(before)
  if (item === null) {
    map.delete(key)
    return
  }
  map.set(key, item)
  index.add(item)
}
