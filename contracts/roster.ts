import Type, { type Static } from 'typebox'
import { AccessHolder, BarrierSettings, DoorSettings, RelaySettings, WeekWindow } from './access.ts'
import { Polygon } from './detections.ts'
import { Slug } from './ids.ts'
import { Place } from './place.ts'
import { RosterMode, RosterVehicle, RosterVisitor, RosterWatched } from './roster-passes.ts'

export {
  communityModes,
  RosterMode,
  RosterVehicle,
  RosterVisitor,
  RosterWatched,
  vehicleLists,
  type CommunityMode,
} from './roster-passes.ts'

/** What a zone is for; `area` has no rule of its own. */
export const zoneKinds = [
  'area',
  'fire-lane',
  'no-parking',
  'two-wheelers',
  'intrusion',
  'loitering',
  'crowd',
  'road',
  'lift',
] as const
export type ZoneKind = (typeof zoneKinds)[number]

export const Zone = Type.Object({
  id: Slug,
  name: Type.String({ maxLength: 100 }),
  kind: Type.Enum(zoneKinds),
  polygon: Polygon,
  /** When its rules look; left out or empty: always. */
  schedule: Type.Optional(Type.Array(WeekWindow, { maxItems: 16 })),
})
export type Zone = Static<typeof Zone>

/** `in`: from the left of the line, seen from `from` to `to`, to its right. Relative coordinates 0..1. */
export const Line = Type.Object({
  id: Slug,
  name: Type.String({ maxLength: 100 }),
  from: Type.Tuple([Type.Number(), Type.Number()]),
  to: Type.Tuple([Type.Number(), Type.Number()]),
})
export type Line = Static<typeof Line>

/** Where a camera looks. The last five may not be filmed (Order 799 art. 8, Face Measures art. 13). */
export const areaTypes = [
  'entrance',
  'gate',
  'road',
  'square',
  'car-park',
  'lift',
  'corridor',
  'home-front',
  'other',
  'bathroom',
  'toilet',
  'changing-room',
  'bedroom',
  'nursing-room',
] as const
export type AreaType = (typeof areaTypes)[number]
export const forbiddenAreas: ReadonlySet<AreaType> = new Set<AreaType>([
  'bathroom',
  'toilet',
  'changing-room',
  'bedroom',
  'nursing-room',
])

export const visionTasks = ['objects', 'faces', 'recognition', 'plates'] as const

/**
 * What the gateway must know to work with the api down. The api owns it, pushes each change and gives
 * the whole on request; the gateway keeps its copy on disk. What may be left out came later than v1.
 */
export const CameraSettings = Type.Object({
  /** `door` frames are never dropped for others, `care` before `public` last. */
  priority: Type.Union([Type.Literal('door'), Type.Literal('care'), Type.Literal('public')]),
  /** `recognition` finds faces and says whose they are; `faces` only finds them. */
  tasks: Type.Array(Type.Enum(visionTasks)),
  /** Null for frames over MQTT; else rtsp(s)://, http(s)://, or a file inside an allowed folder. */
  source: Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()]),
  /** A smaller stream of the same camera: analysed and shown in place of `source`. */
  subSource: Type.Optional(Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])),
  stream: Type.Optional(
    Type.Object({
      /** RTSP transport. */
      transport: Type.Enum(['tcp', 'udp']),
      /** Decode key frames only: a tenth of the work; for doors and gates take every frame. */
      keyframesOnly: Type.Boolean(),
      /** Passed on to ffmpeg as -hwaccel. */
      hardware: Type.Union([
        Type.Enum(['vaapi', 'qsv', 'cuda', 'rkmpp', 'v4l2m2m', 'videotoolbox', 'd3d11va']),
        Type.Null(),
      ]),
      framesPerSecond: Type.Number({ exclusiveMinimum: 0, maximum: 30 }),
    }),
  ),
  zones: Type.Array(Zone, { maxItems: 32 }),
  lines: Type.Optional(Type.Array(Line, { maxItems: 16 })),
  /** Never analysed, never stored, never shown. */
  masks: Type.Optional(Type.Array(Polygon, { maxItems: 16 })),
  /** Run the models only where something moves. Left out: yes, but for doors. */
  motionGate: Type.Optional(Type.Boolean()),
  /** Raise an anomaly when somebody turns it away, covers or defocuses it. Left out: yes. */
  watchPicture: Type.Optional(Type.Boolean()),
  areaType: Type.Optional(Type.Enum(areaTypes)),
  /** sha256 of the photo that shows the sign at the place (control C12). */
  signSha256: Type.Optional(Type.Union([Type.String({ pattern: '^[0-9a-f]{64}$' }), Type.Null()])),
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
  door: Type.Optional(Type.Union([DoorSettings, Type.Null()])),
  barrier: Type.Optional(Type.Union([BarrierSettings, Type.Null()])),
  relay: Type.Optional(Type.Union([RelaySettings, Type.Null()])),
  /** False when the bridge of a foreign device no longer speaks of it: its silence is no fault. */
  announced: Type.Optional(Type.Boolean()),
  /** What it hangs on, by device id: a switch, a bridge, a gateway device. When that is down, this one says nothing. */
  via: Type.Optional(Type.Union([Slug, Type.Null()])),
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
      /** Somebody ended it before its time: nobody is awaited at `to`. */
      ended: Type.Optional(Type.Boolean()),
    }),
  ),
})
export type RosterResident = Static<typeof RosterResident>

/** A card, PIN or key fob that opens doors. The code itself is stored hashed. */
export const RosterCard = Type.Object({
  id: Type.String(),
  community: Slug,
  codeHashHex: Type.String({ description: 'see contracts/code-hash.ts' }),
  holder: AccessHolder,
  /** Left out: a card. A PIN alone opens where the door takes `pin`, and seconds a face where it takes `face+pin`. */
  kind: Type.Optional(Type.Enum(['card', 'pin'])),
  /** Doors by device id; empty means all of the community. */
  doors: Type.Array(Slug),
  from: Type.Union([Type.Number(), Type.Null()]),
  to: Type.Union([Type.Number(), Type.Null()]),
})
export type RosterCard = Static<typeof RosterCard>

/**
 * A template that the gateway may use: there is a live consent for it. The gateway deletes a template
 * that is no longer here. Vectors and pictures never leave the gateway.
 */
export const RosterFace = Type.Object({
  id: Type.String({ maxLength: 128 }),
  community: Slug,
  resident: Type.String({ maxLength: 128 }),
  consent: Type.String({ maxLength: 128 }),
})
export type RosterFace = Static<typeof RosterFace>

export const rosterSections = [
  'devices',
  'credentials',
  'households',
  'residents',
  'cards',
  'faces',
  'vehicles',
  'visitors',
  'watchlist',
  'modes',
] as const
export type RosterSection = (typeof rosterSections)[number]

export const Roster = Type.Object({
  version: Type.Integer({ minimum: 0 }),
  devices: Type.Array(RosterDevice),
  credentials: Type.Array(RosterCredential),
  households: Type.Array(RosterHousehold),
  residents: Type.Array(RosterResident),
  cards: Type.Array(RosterCard),
  faces: Type.Optional(Type.Array(RosterFace)),
  vehicles: Type.Optional(Type.Array(RosterVehicle)),
  visitors: Type.Optional(Type.Array(RosterVisitor)),
  watchlist: Type.Optional(Type.Array(RosterWatched)),
  modes: Type.Optional(Type.Array(RosterMode)),
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
  faces: change(RosterFace),
  vehicles: change(RosterVehicle),
  visitors: change(RosterVisitor),
  watchlist: change(RosterWatched),
  modes: change(RosterMode),
})
export type RosterChange = Static<typeof RosterChange>
