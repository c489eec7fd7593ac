import Type, { type Static } from 'typebox'
import { CameraHealth } from '../health.ts'
import { Slug } from '../ids.ts'
import { Place } from '../place.ts'
import { TelemetryPoint } from '../private-api.ts'
import { CameraSettings, RosterDevice } from '../roster.ts'

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
})
export type DeviceCreate = Static<typeof DeviceCreate>

/** `PATCH /devices/{id}`; `GET`, `PATCH`, `approve` and `block` take `?community=`. */
export const DevicePatch = Type.Partial(Type.Omit(DeviceCreate, ['id', 'community']))
export type DevicePatch = Static<typeof DevicePatch>

export const MqttSecret = Type.Object({ username: Type.String(), password: Type.String() })

/** Shown once: on creation, on approval and on `POST /devices/{id}/credential`. */
export const DeviceWithSecret = Type.Object({
  device: RosterDevice,
  mqtt: MqttSecret,
  /** False when the box could not be reached: it takes effect on its return. */
  inForce: Type.Boolean(),
})
export type DeviceWithSecret = Static<typeof DeviceWithSecret>

/** Item of `GET /devices`: the register and what the box last heard. */
export const DeviceItem = Type.Object({
  ...RosterDevice.properties,
  online: Type.Union([Type.Boolean(), Type.Null()]),
  lastSeenAt: Type.Union([Type.Number(), Type.Null()]),
  lastValues: Type.Record(Type.String(), TelemetryPoint),
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
