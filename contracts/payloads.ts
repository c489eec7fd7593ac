import Type, { type Static } from 'typebox'
import { Slug } from './ids.ts'
import { limits } from './limits.ts'
import { Place } from './place.ts'

/** MQTT payloads of contract v1. */
export const ReadingValue = Type.Union([
  Type.Number(),
  Type.Boolean(),
  Type.String({ maxLength: 1_024 }),
  Type.Null(),
])
export type ReadingValue = Static<typeof ReadingValue>

/** Unknown names are stored as they come, in any script; only control characters are none. */
export const readingNamePattern = '^[^\\u0000-\\u001f\\u007f]{1,64}$'
export const ReadingValues = Type.Record(
  Type.String({ pattern: readingNamePattern }),
  ReadingValue,
  { maxProperties: limits.valuesPerReadingMax },
)

/** `{"ts":ms,"seq":n,"values":{…}}`: the same reading, seen again, has the same device, ts and seq. */
export const Telemetry = Type.Object({
  ts: Type.Optional(Type.Number()),
  seq: Type.Optional(Type.Integer({ minimum: 0 })),
  values: ReadingValues,
})
export type Telemetry = Static<typeof Telemetry>

/** One thing that a foreign device says of itself, and what Linli makes of it. */
export const DeviceEntity = Type.Object({
  name: Type.String({ maxLength: 128 }),
  /** In the words of its ecosystem: `binary_sensor`, `numeric`, `relay`. */
  kind: Type.String({ maxLength: 64 }),
  /** The reading that it becomes; null where it becomes none. */
  reading: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
  /** Why it is not understood, or not announced any more; left out where all is well. */
  problem: Type.Optional(Type.String({ maxLength: 200 })),
})
export type DeviceEntity = Static<typeof DeviceEntity>

export const DeviceInfo = Type.Object({
  type: Type.Optional(Type.String({ maxLength: 64 })),
  name: Type.Optional(Type.String({ maxLength: 200 })),
  model: Type.Optional(Type.String({ maxLength: 200 })),
  place: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Place])),
  capabilities: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })),
  /** How often the device reports by itself, ms; Linli learns it where it is not said. */
  intervalMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 604_800_000 })),
  /** Which adapter brought it in; left out by devices that speak contract v1. */
  adapter: Type.Optional(Type.String({ maxLength: 32 })),
  manufacturer: Type.Optional(Type.String({ maxLength: 200 })),
  /** The device of the same community that it hangs on: its bridge, hub or switch. */
  via: Type.Optional(Slug),
  entities: Type.Optional(Type.Array(DeviceEntity, { maxItems: 64 })),
})
export type DeviceInfo = Static<typeof DeviceInfo>

export const DeviceEvent = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  ts: Type.Number(),
  type: Type.String({ minLength: 1, maxLength: 64 }),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type DeviceEvent = Static<typeof DeviceEvent>

export const commandNames = [
  'door.unlock',
  'barrier.open',
  'speaker.say',
  'speaker.play',
  'speaker.stop',
  'siren.on',
] as const

/** Never retained; after `expiresAt` the device must not act on it. */
export const Command = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  name: Type.Enum(commandNames),
  args: Type.Record(Type.String(), Type.Unknown()),
  expiresAt: Type.Number(),
})
export type Command = Static<typeof Command>

export const Ack = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  ok: Type.Boolean(),
  error: Type.Optional(Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])),
  ts: Type.Optional(Type.Number()),
})
export type Ack = Static<typeof Ack>
