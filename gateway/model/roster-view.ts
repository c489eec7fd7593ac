import type {
  RosterCard,
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

/** The roster as the parts of the gateway ask it; one object that is updated in place by its owner. */
export interface RosterView {
  readonly version: number
  device(community: string, id: string): RosterDevice | null
  devices(): Iterable<RosterDevice>
  credential(username: string): RosterCredential | null
  household(id: string): RosterHousehold | null
  resident(id: string): RosterResident | null
  residents(): Iterable<RosterResident>
  /** Residents that changes have touched since that version; null where that is not known: all may have changed. */
  changedResidents(since: number): readonly string[] | null
  residentsOf(household: string): readonly RosterResident[]
  devicesOf(household: string): readonly RosterDevice[]
  cardByHash(codeHashHex: string): RosterCard | null
  face(id: string): RosterFace | null
  facesOf(resident: string): readonly RosterFace[]
  faces(): Iterable<RosterFace>
  vehicleByPlate(community: string, plate: string): RosterVehicle | null
  vehicles(): Iterable<RosterVehicle>
  visitor(id: string): RosterVisitor | null
  visitors(): Iterable<RosterVisitor>
  watchlist(): Iterable<RosterWatched>
  /** Modes of a community that hold at `now`, epoch ms. */
  activeModes(community: string, now: number): readonly RosterMode[]
  /** All of them, those to come and those that are over too. */
  modes(): Iterable<RosterMode>
}
