import Type, { type Static } from 'typebox'
import { CareItem } from './care.ts'
import { Detection } from './detections.ts'

/**
 * The gateway's private HTTP interface: loopback by default, `Authorization: Bearer <service token>`.
 *
 * | route | answers |
 * |---|---|
 * | `GET /health` | GatewayHealth |
 * | `GET /metrics` | Prometheus text |
 * | `PUT /roster` Roster, `PATCH /roster` RosterChange | `{"version"}`; 409 `gateway.roster-version` |
 * | `GET /devices/{id}/telemetry?community&reading&from&to&limit&bucket&agg` | TelemetryAnswer |
 * | `GET /devices` | `{"items": DeviceState[]}` |
 * | `GET /cameras/{id}/snapshot.jpg?community&boxes=1` | the latest frame, faces blurred |
 * | `GET /cameras/{id}/stream?community` | multipart/x-mixed-replace of the same |
 * | `GET /cameras/{id}/detections?community` | LatestDetections |
 * | `GET /care?community` | `{"items": CareItem[]}` |
 * | `POST /commands` CommandRequest | CommandOutcome |
 *
 * The other way the gateway calls the api with the same token: `GET /api/v1/gateway/roster`,
 * `POST /api/v1/anomalies`, `POST /api/v1/anomalies/clear`, `POST /api/v1/gateway/events`,
 * `PUT /api/v1/evidence/{sha256}` (image/jpeg).
 */
export const TelemetryPoint = Type.Object({
  ts: Type.Number(),
  value: Type.Union([Type.Number(), Type.Boolean(), Type.String()]),
  /** In roll-ups only: how many raw points stand behind it. */
  count: Type.Optional(Type.Integer()),
})
export type TelemetryPoint = Static<typeof TelemetryPoint>

export const TelemetryAnswer = Type.Object({ items: Type.Array(TelemetryPoint) })
export type TelemetryAnswer = Static<typeof TelemetryAnswer>

export const aggregates = ['mean', 'min', 'max', 'sum', 'count', 'first', 'last'] as const
export type Aggregate = (typeof aggregates)[number]

export const DeviceState = Type.Object({
  id: Type.String(),
  community: Type.String(),
  online: Type.Union([Type.Boolean(), Type.Null()]),
  lastSeenAt: Type.Union([Type.Number(), Type.Null()]),
  lastValues: Type.Record(Type.String(), TelemetryPoint),
})
export type DeviceState = Static<typeof DeviceState>

export const LatestDetections = Type.Object({
  ts: Type.Union([Type.Number(), Type.Null()]),
  widthPx: Type.Integer(),
  heightPx: Type.Integer(),
  detections: Type.Array(Detection),
})
export type LatestDetections = Static<typeof LatestDetections>

export const CareAnswer = Type.Object({ items: Type.Array(CareItem) })
export type CareAnswer = Static<typeof CareAnswer>

export const CommandRequest = Type.Object({
  community: Type.String(),
  device: Type.String(),
  name: Type.String(),
  args: Type.Record(Type.String(), Type.Unknown()),
  ttlMs: Type.Integer({ minimum: 1_000, maximum: 60_000 }),
})
export type CommandRequest = Static<typeof CommandRequest>

export const CommandOutcome = Type.Object({
  id: Type.String(),
  outcome: Type.Union([Type.Literal('done'), Type.Literal('refused'), Type.Literal('expired')]),
  error: Type.Union([Type.String(), Type.Null()]),
})
export type CommandOutcome = Static<typeof CommandOutcome>
