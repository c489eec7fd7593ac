import Type, { type Static } from 'typebox'
import { CareItem } from './care.ts'
import { DeviceHealth } from './device-health.ts'
import { Detection, FaceQuality } from './detections.ts'

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
 * | `POST /care/signs` CareSignReport | 204; told twice by one id it counts once |
 * | `POST /commands` CommandRequest | CommandOutcome |
 * | `POST /faces` EnrolRequest | EnrolAnswer; 422 `face.not-usable`, 409 `face.duplicate` |
 * | `POST /redact` RedactPhotoRequest | RedactPhotoAnswer; 503 `photo.unmasked` where faces or plates may be left |
 * | `DELETE /faces/{template}` | ForgetAnswer, also where there was none |
 * | `GET /faces/count` | `{"persons", "templates"}` |
 * | `POST /doors/{id}/open`, `POST /barriers/{id}/open` OpenRequest | CommandOutcome |
 * | `GET /parking?community` | ParkingAnswer of contracts/http/access.ts |
 * | `POST /terminals/{id}/events?community` TerminalReport | 204 |
 * | `GET /rules`, `PUT /rules` RulesSet, `DELETE /rules` RulesReset | RulesInForce; 422 `rules.invalid` with `lines` |
 * | `POST /rules/check` RulesText | RulesCheck |
 * | `POST /backtest` BacktestRequest | BacktestAnswer; 409 `backtest.busy`, 400 with the lines of broken rules |
 * | `POST /explain` ExplainRequest | GatewayExplanation |
 * | `GET /cameras/{id}/live/index.m3u8?community`, `/live/{segment}` | HLS; 409 `camera.live-unsupported` |
 *
 * The other way the gateway calls the api with the same token: `GET /api/v1/gateway/roster`,
 * `POST /api/v1/anomalies`, `POST /api/v1/anomalies/clear`, `POST /api/v1/gateway/events`,
 * `PUT /api/v1/evidence/{sha256}` (image/jpeg, video/mp4).
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

/** `retained`: a broker remembered it; whether it still holds nobody knows. */
export const LastValue = Type.Object({
  ...TelemetryPoint.properties,
  retained: Type.Optional(Type.Literal(true)),
})
export type LastValue = Static<typeof LastValue>

export const DeviceState = Type.Object({
  id: Type.String(),
  community: Type.String(),
  online: Type.Union([Type.Boolean(), Type.Null()]),
  lastSeenAt: Type.Union([Type.Number(), Type.Null()]),
  lastValues: Type.Record(Type.String(), LastValue),
  /** Null for a device that is not approved, or was never heard of. */
  health: Type.Union([DeviceHealth, Type.Null()]),
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

/** Pictures are base64 JPEG. `consent` is the api's word that there is one. */
export const EnrolRequest = Type.Object({
  template: Type.String({ minLength: 1, maxLength: 128 }),
  community: Type.String(),
  /** Resident, or entry of the watch-list. */
  subject: Type.String({ minLength: 1, maxLength: 128 }),
  use: Type.Enum(['entry', 'watchlist']),
  pictures: Type.Array(Type.String({ maxLength: 8_000_000 }), { minItems: 1, maxItems: 3 }),
})
export type EnrolRequest = Static<typeof EnrolRequest>

export const EnrolAnswer = Type.Object({
  template: Type.String(),
  /** One per picture, in their order. */
  quality: Type.Array(FaceQuality),
  lookAlikes: Type.Array(Type.Object({ resident: Type.String(), similarity: Type.Number() })),
})
export type EnrolAnswer = Static<typeof EnrolAnswer>

export const ForgetAnswer = Type.Object({
  templates: Type.Integer(),
  pictures: Type.Integer(),
})
export type ForgetAnswer = Static<typeof ForgetAnswer>

/** A photo of a visit, base64 JPEG. */
export const RedactPhotoRequest = Type.Object({
  picture: Type.String({ minLength: 1, maxLength: 5_700_000 }),
})
export type RedactPhotoRequest = Static<typeof RedactPhotoRequest>

/** The same without faces, plates and what the camera wrote into it (EXIF, position). */
export const RedactPhotoAnswer = Type.Object({
  picture: Type.String(),
  widthPx: Type.Integer(),
  heightPx: Type.Integer(),
  /** Places that were made unrecognisable; the same face may count twice. */
  faces: Type.Integer(),
  plates: Type.Integer(),
})
export type RedactPhotoAnswer = Static<typeof RedactPhotoAnswer>

export const OpenRequest = Type.Object({
  community: Type.String(),
  reason: Type.String({ maxLength: 500 }),
  by: Type.String({ maxLength: 200 }),
})
export type OpenRequest = Static<typeof OpenRequest>

export const CommandOutcome = Type.Object({
  id: Type.String(),
  outcome: Type.Union([Type.Literal('done'), Type.Literal('refused'), Type.Literal('expired')]),
  error: Type.Union([Type.String(), Type.Null()]),
})
export type CommandOutcome = Static<typeof CommandOutcome>
