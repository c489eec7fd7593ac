import type { Selectable } from 'kysely'
import type { DeviceOrigin } from '../../contracts/http/devices.ts'
import type { Place } from '../../contracts/place.ts'
import type {
  CameraSettings,
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
import type { BarrierSettings, DoorSettings, RelaySettings } from '../../contracts/access.ts'
import type {
  FacesTable,
  ModesTable,
  VehiclesTable,
  VisitorsTable,
  WatchlistTable,
} from '../db/access-schema.ts'
import type { SuspensionsTable } from '../db/care-schema.ts'
import { fromJson, fromJsonOrNull } from '../db/json.ts'
import type {
  CardsTable,
  DevicesTable,
  HouseholdsTable,
  MqttCredentialsTable,
  ResidentsTable,
} from '../db/schema.ts'

/** Rows of the archive as the box is told of them. */
export const deviceOf = (row: Selectable<DevicesTable>): RosterDevice => ({
  id: row.id,
  community: row.community,
  type: row.type,
  name: row.name,
  place: fromJsonOrNull(row.place) as Place | null,
  state: row.state as RosterDevice['state'],
  household: row.household,
  intervalMs: row.interval_ms,
  camera: fromJsonOrNull(row.camera) as CameraSettings | null,
  door: fromJsonOrNull(row.door) as DoorSettings | null,
  barrier: fromJsonOrNull(row.barrier) as BarrierSettings | null,
  relay: fromJsonOrNull(row.relay) as RelaySettings | null,
  ...(originOf(row)?.gone == null ? {} : { announced: false }),
  via: row.via,
})

export const originOf = (row: Pick<Selectable<DevicesTable>, 'origin'>): DeviceOrigin | null =>
  fromJsonOrNull(row.origin) as DeviceOrigin | null

export const credentialOf = (row: Selectable<MqttCredentialsTable>): RosterCredential => ({
  username: row.username,
  saltHex: row.salt_hex,
  hashHex: row.hash_hex,
  kind: row.kind as RosterCredential['kind'],
  community: row.community,
  device: row.device,
  prefixes: fromJson(row.prefixes) as string[],
})

export const householdOf = (row: Selectable<HouseholdsTable>): RosterHousehold => ({
  id: row.id,
  community: row.community,
  place: fromJson(row.place) as Place,
})

export const residentOf = (
  row: Selectable<ResidentsTable>,
  suspensions: readonly Selectable<SuspensionsTable>[],
): RosterResident => ({
  id: row.id,
  community: row.community,
  household: row.household,
  name: row.name,
  honorific: row.honorific,
  watch: fromJsonOrNull(row.watch) as { windowMs: number; since: number } | null,
  away: suspensions.map(awayOf),
})

export const awayOf = (row: Selectable<SuspensionsTable>): RosterResident['away'][number] => ({
  id: row.id,
  from: row.from_at,
  to: row.to_at,
  reason: row.reason as RosterResident['away'][number]['reason'],
  ...(row.ended_at === null ? {} : { ended: true }),
})

export const cardOf = (row: Selectable<CardsTable>): RosterCard => ({
  id: row.id,
  community: row.community,
  codeHashHex: row.code_hash,
  kind: row.kind === 'pin' ? 'pin' : 'card',
  holder: fromJson(row.holder) as RosterCard['holder'],
  doors: fromJson(row.doors) as string[],
  from: row.from_at,
  to: row.to_at,
})

export const faceOf = (row: Selectable<FacesTable>): RosterFace => ({
  id: row.id,
  community: row.community,
  resident: row.resident,
  consent: row.consent,
})

export const vehicleOf = (row: Selectable<VehiclesTable>): RosterVehicle => ({
  id: row.id,
  community: row.community,
  plate: row.plate,
  holder: fromJsonOrNull(row.holder) as RosterVehicle['holder'],
  list: row.list as RosterVehicle['list'],
  note: row.note,
  from: row.from_at,
  to: row.to_at,
})

export const visitorOf = (row: Selectable<VisitorsTable>): RosterVisitor => ({
  id: row.id,
  community: row.community,
  name: row.name,
  host: row.host,
  pinHashHex: row.pin_hash,
  plate: row.plate,
  doors: fromJson(row.doors) as string[],
  from: row.from_at,
  to: row.to_at,
  entriesMax: row.entries_max,
})

/** Of an approved entry: only those have a template. */
export const watchedOf = (row: Selectable<WatchlistTable>): RosterWatched => ({
  id: row.id,
  community: row.community,
  template: row.template ?? '',
  label: row.label,
  authority: row.authority,
  documentNumber: row.document_number,
  expiresAt: row.expires_at,
})

export const modeOf = (row: Selectable<ModesTable>): RosterMode => ({
  id: row.id,
  community: row.community,
  mode: row.mode as RosterMode['mode'],
  from: row.from_at,
  to: row.to_at,
  by: row.by_name,
  reason: row.reason,
})
