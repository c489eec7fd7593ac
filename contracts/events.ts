import Type, { type Static } from 'typebox'
import { Id } from './ids.ts'
import { DeviceInfo } from './payloads.ts'

/** Events that the gateway publishes under its own device id, and sends up for the history. */
export const gatewayEventTypes = [
  'sighting',
  'access.granted',
  'access.denied',
  'vehicle.passed',
  'anomaly.raised',
  'anomaly.cleared',
  'ticket.opened',
  'device.status',
  'device.seen',
  'device.gone',
  'camera.state',
  'alarm.sounded',
  'care.returned',
] as const
export type GatewayEventType = (typeof gatewayEventTypes)[number]

export const GatewayEvent = Type.Object({
  id: Id,
  ts: Type.Number(),
  community: Type.String(),
  device: Type.String({ description: 'whom it is about' }),
  type: Type.String({ maxLength: 64 }),
  data: Type.Record(Type.String(), Type.Unknown()),
})
export type GatewayEvent = Static<typeof GatewayEvent>

/** `POST /api/v1/gateway/events`, idempotent by event id. */
export const GatewayEventBatch = Type.Object({
  events: Type.Array(GatewayEvent, { maxItems: 1_000 }),
})
export type GatewayEventBatch = Static<typeof GatewayEventBatch>

/** Names of the server-sent events on `GET /api/v1/stream`. */
export const streamEvents = ['ticket', 'anomaly', 'sighting', 'device', 'kpi', 'notice'] as const
export type StreamEvent = (typeof streamEvents)[number]

/** Data of `care.returned`: somebody who was away was seen, and the absence is over by that. */
export const CareReturned = Type.Object({
  resident: Type.String(),
  suspension: Type.String(),
  /** When they were seen, epoch ms, by what, and where. */
  at: Type.Number(),
  what: Type.String(),
  where: Type.String(),
})
export type CareReturned = Static<typeof CareReturned>

/** Data of `device.seen`: a device that nobody has approved came in, or a device says more about itself. */
export const DeviceSeen = Type.Object({
  /** User name of the credential by which it first came in. */
  client: Type.String(),
  /** What it said in `info`; null while it has said nothing. */
  info: Type.Union([DeviceInfo, Type.Null()]),
})
export type DeviceSeen = Static<typeof DeviceSeen>

/** Data of `device.gone`: its bridge removed a foreign device, or no longer speaks of it. */
export const DeviceGone = Type.Object({ reason: Type.Enum(['removed', 'not-announced']) })
export type DeviceGone = Static<typeof DeviceGone>
