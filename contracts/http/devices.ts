import Type, { type Static } from 'typebox'
import { BarrierSettings, DoorSettings } from '../access.ts'
import { DeviceHealth } from '../device-health.ts'
import { CameraHealth } from '../health.ts'
import { Slug } from '../ids.ts'
import { DeviceEntity } from '../payloads.ts'
import { Place } from '../place.ts'
import { LastValue } from '../private-api.ts'
import { CameraSettings, RosterDevice } from '../roster.ts'

const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) =>
  Type.Union([schema, Type.Null()])

/** RelaySettings in short: what it calls is enough. The payload is `ON`, the method POST where not said. */
export const RelayGiven = Type.Union([
  Type.Object({
    topic: Type.String({ minLength: 1, maxLength: 256, pattern: '^[^#+$\\u0000]+$' }),
    payload: Type.Optional(Type.String({ maxLength: 1_000 })),
    stateTopic: Type.Optional(orNull(Type.String({ maxLength: 256 }))),
    stateIncludes: Type.Optional(orNull(Type.String({ maxLength: 200 }))),
  }),
  Type.Object({
    url: Type.String({ maxLength: 1_000, pattern: '^https?://' }),
    method: Type.Optional(Type.Enum(['GET', 'POST'])),
    body: Type.Optional(orNull(Type.String({ maxLength: 1_000 }))),
  }),
])
export type RelayGiven = Static<typeof RelayGiven>

/** `POST /devices`: registers an approved device. Left out, `community` is the box's own. */
export const DeviceCreate = Type.Object({
  id: Slug,
  community: Type.Optional(Slug),
  type: Type.String({ minLength: 1, maxLength: 64 }),
  name: Type.Optional(Type.String({ maxLength: 200 })),
  place: Type.Optional(Place),
  household: Type.Optional(Type.String({ maxLength: 64 })),
  intervalMs: Type.Optional(Type.Integer({ minimum: 100 })),
  camera: Type.Optional(Type.Partial(CameraSettings)),
  /** What is left out is as the type brings it (a `face-terminal` is a door with a camera), or as it was; null takes it away. */
  door: Type.Optional(orNull(Type.Partial(DoorSettings))),
  barrier: Type.Optional(orNull(Type.Partial(BarrierSettings))),
  relay: Type.Optional(orNull(RelayGiven)),
  /** What it hangs on: a switch, bridge or gateway device of the same community. Null takes it away. */
  via: Type.Optional(orNull(Slug)),
})
export type DeviceCreate = Static<typeof DeviceCreate>

/** `PATCH /devices/{id}`; `GET`, `PATCH`, `approve` and `block` take `?community=`. */
export const DevicePatch = Type.Partial(Type.Omit(DeviceCreate, ['id', 'community']))
export type DevicePatch = Static<typeof DevicePatch>

/** What a device, or the bridge that brought it in, says of itself. */
export const DeviceOrigin = Type.Object({
  /** Null for devices that speak contract v1. */
  adapter: Type.Union([Type.String(), Type.Null()]),
  name: Type.Union([Type.String(), Type.Null()]),
  model: Type.Union([Type.String(), Type.Null()]),
  manufacturer: Type.Union([Type.String(), Type.Null()]),
  /** What it says that it hangs on; not in force while there is no such device, nor against a person. */
  via: Type.Optional(orNull(Slug)),
  capabilities: Type.Array(Type.String()),
  /** With what of it is not understood, and why. */
  entities: Type.Array(DeviceEntity),
  /** Why its bridge no longer speaks of it; null while it does. */
  gone: Type.Union([Type.Enum(['removed', 'not-announced']), Type.Null()]),
})
export type DeviceOrigin = Static<typeof DeviceOrigin>

export const MqttSecret = Type.Object({ username: Type.String(), password: Type.String() })

/** Shown once: on creation, on approval and on `POST /devices/{id}/credential`. */
export const DeviceWithSecret = Type.Object({
  device: RosterDevice,
  mqtt: MqttSecret,
  /** False when the box could not be reached: it takes effect on its return. */
  inForce: Type.Boolean(),
})
export type DeviceWithSecret = Static<typeof DeviceWithSecret>

/** A device that an adapter brought in speaks through its bridge: it gets no secret of its own. */
export const DeviceApproved = Type.Object({
  ...DeviceWithSecret.properties,
  mqtt: Type.Optional(MqttSecret),
})

/** Item of `GET /devices`: the register and what the box last heard. */
export const DeviceItem = Type.Object({
  ...RosterDevice.properties,
  origin: Type.Union([DeviceOrigin, Type.Null()]),
  online: Type.Union([Type.Boolean(), Type.Null()]),
  lastSeenAt: Type.Union([Type.Number(), Type.Null()]),
  lastValues: Type.Record(Type.String(), LastValue),
  /** Null while the box is out of reach or has nothing to say of it. */
  health: orNull(DeviceHealth),
})
export type DeviceItem = Static<typeof DeviceItem>

/** Item of `GET /cameras`; pictures at `/cameras/{id}/snapshot.jpg`, `/stream`, boxes at `/detections`. */
export const CameraItem = Type.Object({
  ...RosterDevice.properties,
  health: Type.Union([CameraHealth, Type.Null()]),
})
export type CameraItem = Static<typeof CameraItem>

/** `POST /mqtt-credentials`: for new devices as a crowd, or for a foreign prefix. `DELETE /mqtt-credentials/{username}`. */
export const MqttCredentialCreate = Type.Object({
  kind: Type.Union([Type.Literal('provisioning'), Type.Literal('adapter')]),
  community: Type.Optional(Slug),
  prefixes: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 16 })),
})
export const MqttCredentialAnswer = Type.Object({ mqtt: MqttSecret, inForce: Type.Boolean() })
