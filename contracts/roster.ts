import Type, { type Static } from 'typebox'
import { Polygon } from './detections.ts'
import { Slug } from './ids.ts'
import { Place } from './place.ts'

/**
 * What the gateway must know to work with the api down. The api owns it, pushes each change and gives
 * the whole on request; the gateway keeps its copy on disk.
 */
export const CameraSettings = Type.Object({
  /** `door` frames are never dropped for others, `care` before `public` last. */
  priority: Type.Union([Type.Literal('door'), Type.Literal('care'), Type.Literal('public')]),
  tasks: Type.Array(Type.Union([Type.Literal('objects'), Type.Literal('faces')])),
  /** Null for frames over MQTT; else a file inside the allowed folder, or an address. */
  source: Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()]),
  zones: Type.Array(
    Type.Object({
      id: Slug,
      name: Type.String({ maxLength: 100 }),
      kind: Type.Union([
        Type.Literal('fire-lane'),
        Type.Literal('no-parking'),
        Type.Literal('area'),
      ]),
      polygon: Polygon,
    }),
    { maxItems: 32 },
  ),
  /** No frame for so long and the camera counts as offline, ms. */
  staleAfterMs: Type.Integer({ minimum: 1_000, maximum: 3_600_000 }),
})
export type CameraSettings = Static<typeof CameraSettings>

export const RosterDevice = Type.Object({
  id: Slug,
  community: Slug,
  type: Type.String({ maxLength: 64 }),
  name: Type.String({ maxLength: 200 }),
  place: Type.Union([Place, Type.Null()]),
  state: Type.Union([Type.Literal('pending'), Type.Literal('approved'), Type.Literal('blocked')]),
  /** The home in which it stands, where it stands in one: its readings are then evidence of life. */
  household: Type.Union([Type.String(), Type.Null()]),
  /** How often it reports by itself, ms; null until it is said or learned. */
  intervalMs: Type.Union([Type.Integer(), Type.Null()]),
  camera: Type.Union([CameraSettings, Type.Null()]),
})
export type RosterDevice = Static<typeof RosterDevice>

/** Secrets are 192 random bits, so a salted SHA-256 of them cannot be searched (docs/adr/0005). */
export const RosterCredential = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 128 }),
  saltHex: Type.String(),
  hashHex: Type.String(),
  kind: Type.Union([Type.Literal('device'), Type.Literal('provisioning'), Type.Literal('adapter')]),
  community: Slug,
  device: Type.Union([Slug, Type.Null()]),
  /** Topic filters that an adapter may publish and subscribe to. */
  prefixes: Type.Array(Type.String({ maxLength: 256 }), { maxItems: 16 }),
})
export type RosterCredential = Static<typeof RosterCredential>

export const RosterHousehold = Type.Object({
  id: Type.String(),
  community: Slug,
  place: Place,
})
export type RosterHousehold = Static<typeof RosterHousehold>

export const RosterResident = Type.Object({
  id: Type.String(),
  community: Slug,
  household: Type.Union([Type.String(), Type.Null()]),
  name: Type.String({ maxLength: 100 }),
  /** How one speaks of them: 吴奶奶. */
  honorific: Type.String({ maxLength: 100 }),
  /** Null where nobody asked Linli to look after them. */
  watch: Type.Union([
    Type.Object({
      windowMs: Type.Integer({ minimum: 60_000 }),
      /** Since when; evidence and coverage before it do not count. */
      since: Type.Number(),
    }),
    Type.Null(),
  ]),
  /** Half-open intervals of absence that somebody announced; `to` null while open-ended. */
  away: Type.Array(
    Type.Object({
      id: Type.String(),
      from: Type.Number(),
      to: Type.Union([Type.Number(), Type.Null()]),
      reason: Type.Union([Type.Literal('away'), Type.Literal('hospital'), Type.Literal('family')]),
    }),
  ),
})
export type RosterResident = Static<typeof RosterResident>

/** A card, PIN or key fob that opens doors. The code itself is stored hashed. */
export const RosterCard = Type.Object({
  id: Type.String(),
  community: Slug,
  codeHashHex: Type.String({ description: 'SHA-256 of community, ":" and the code' }),
  holder: Type.Object({
    kind: Type.Union([Type.Literal('resident'), Type.Literal('carer'), Type.Literal('staff')]),
    id: Type.String(),
    name: Type.String(),
  }),
  /** Doors by device id; empty means all of the community. */
  doors: Type.Array(Slug),
  from: Type.Union([Type.Number(), Type.Null()]),
  to: Type.Union([Type.Number(), Type.Null()]),
})
export type RosterCard = Static<typeof RosterCard>

export const rosterSections = [
  'devices',
  'credentials',
  'households',
  'residents',
  'cards',
] as const
export type RosterSection = (typeof rosterSections)[number]

export const Roster = Type.Object({
  version: Type.Integer({ minimum: 0 }),
  devices: Type.Array(RosterDevice),
  credentials: Type.Array(RosterCredential),
  households: Type.Array(RosterHousehold),
  residents: Type.Array(RosterResident),
  cards: Type.Array(RosterCard),
})
export type Roster = Static<typeof Roster>

const change = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Optional(Type.Object({ upsert: Type.Array(item), remove: Type.Array(Type.String()) }))

/** Applies on top of version `base`, else the gateway answers 409 and is sent the whole. Keys in `remove`: devices `community/id`, credentials `username`, else `id`. */
export const RosterChange = Type.Object({
  base: Type.Integer({ minimum: 0 }),
  version: Type.Integer({ minimum: 1 }),
  devices: change(RosterDevice),
  credentials: change(RosterCredential),
  households: change(RosterHousehold),
  residents: change(RosterResident),
  cards: change(RosterCard),
})
export type RosterChange = Static<typeof RosterChange>
