import Type, { type Static } from 'typebox'
import { vehicleLists } from '../roster.ts'
import { AccessHolder } from '../access.ts'
import { FaceQuality } from '../detections.ts'
import { Slug } from '../ids.ts'

const nullable = <T extends Parameters<typeof Type.Array>[0]>(schema: T) =>
  Type.Union([schema, Type.Null()])
/** Spaces alone are no name and no reason. */
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })

/**
 * `POST /residents/{id}/consents` (control C1). `DELETE …/consents/{consent}` withdraws it: templates
 * and pictures go at once, and the answer is the receipt.
 */
export const ConsentCreate = Type.Object({
  /** What the person agrees to. Everything that begins with `face` lets a face be enrolled. */
  purpose: Type.Optional(Type.String({ minLength: 1, maxLength: 64, default: 'face-entry' })),
  /** How it was given: on paper, in the app, spoken before a witness. */
  method: Type.Optional(Text(64)),
  /** Version of the text that was shown, and its hash where the text itself was handed in. */
  textVersion: Type.Optional(Text(64)),
  textSha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  channel: Type.Optional(Text(64)),
  /** Needed below the age of 14. */
  guardian: Type.Optional(
    nullable(Type.Object({ name: Text(100), relation: Type.Optional(Text(64)) })),
  ),
  expiresAt: Type.Optional(nullable(Type.Number())),
  /** sha256 of the signed sheet's photo. */
  evidenceSha256: Type.Optional(nullable(Type.String({ pattern: '^[0-9a-f]{64}$' }))),
})
export type ConsentCreate = Static<typeof ConsentCreate>

export const ConsentItem = Type.Object({
  id: Type.String(),
  resident: Type.String(),
  purpose: Type.String(),
  method: Type.String(),
  textVersion: Type.String(),
  textSha256: nullable(Type.String()),
  channel: Type.String(),
  guardian: nullable(Type.Object({ name: Type.String(), relation: Type.String() })),
  evidenceSha256: nullable(Type.String()),
  givenAt: Type.Number(),
  expiresAt: nullable(Type.Number()),
  withdrawnAt: nullable(Type.Number()),
  recordedBy: Type.String(),
})
export type ConsentItem = Static<typeof ConsentItem>

/** What was deleted with a consent; hash-chained on the api's side (control C6). */
export const DeletionReceipt = Type.Object({
  consent: nullable(Type.String()),
  subjectSha256: Type.String(),
  templates: Type.Integer(),
  pictures: Type.Integer(),
  at: Type.Number(),
  actor: Type.String(),
  /** False: the box is out of reach; it deletes on its return, before it matches anybody. */
  inForce: Type.Boolean(),
  sha256: Type.String({ description: 'of this receipt and the one before it' }),
})
export type DeletionReceipt = Static<typeof DeletionReceipt>

export const LookAlike = Type.Object({
  resident: Type.String(),
  similarity: Type.Number({ description: 'cosine, -1..1' }),
})
export type LookAlike = Static<typeof LookAlike>

/**
 * `POST /residents/{id}/faces`: one photo as `image/jpeg`, one to three as multipart files, or JSON
 * `{"images": [base64]}`. 403 `face.no-consent`, 422 `face.not-usable` with `reasons` per picture.
 */
export const FaceCreate = Type.Object({
  images: Type.Array(Type.String({ minLength: 100, maxLength: 8_000_000 }), {
    minItems: 1,
    maxItems: 3,
  }),
})
export type FaceCreate = Static<typeof FaceCreate>

export const FaceItem = Type.Object({
  id: Type.String(),
  resident: Type.String(),
  consent: Type.String(),
  createdAt: Type.Number(),
  pictures: Type.Integer(),
})
export type FaceItem = Static<typeof FaceItem>
export const FaceCreated = Type.Object({
  ...FaceItem.properties,
  quality: Type.Array(FaceQuality),
  /** Others whose face is near: told to whoever enrols, so that siblings get a second factor. */
  lookAlikes: Type.Array(LookAlike),
  inForce: Type.Boolean(),
})
export type FaceCreated = Static<typeof FaceCreated>

/** `GET /faces/filing` (control C10): distinct persons whose face is stored. */
export const Filing = Type.Object({
  persons: Type.Integer(),
  warnAt: Type.Integer(),
  limit: Type.Integer(),
  state: Type.Enum(['ok', 'warn', 'limit', 'filed']),
})
export type Filing = Static<typeof Filing>

/** `POST /vehicles`, `PATCH /vehicles/{id}`, `DELETE /vehicles/{id}`. */
export const VehicleCreate = Type.Object({
  community: Type.Optional(Slug),
  /** With or without the dot, any case: 苏E·D51712. */
  plate: Type.String({ minLength: 5, maxLength: 16 }),
  /** Id of the resident whose car it is; or `holder`. */
  resident: Type.Optional(Type.String({ maxLength: 128 })),
  holder: Type.Optional(nullable(AccessHolder)),
  list: Type.Optional(Type.Enum(vehicleLists)),
  note: Type.Optional(nullable(Type.String({ maxLength: 500 }))),
  from: Type.Optional(nullable(Type.Number())),
  to: Type.Optional(nullable(Type.Number())),
})
export type VehicleCreate = Static<typeof VehicleCreate>

/** `POST /visitors`; `DELETE /visitors/{id}` revokes. Left out: valid from now, for 24 h. */
export const VisitorCreate = Type.Object({
  community: Type.Optional(Slug),
  name: Text(100),
  host: Type.Optional(nullable(Type.String({ maxLength: 128 }))),
  plate: Type.Optional(nullable(Type.String({ maxLength: 16 }))),
  doors: Type.Optional(Type.Array(Slug, { maxItems: 64 })),
  from: Type.Optional(Type.Number()),
  to: Type.Optional(Type.Number()),
  entriesMax: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 1_000 }))),
})
export type VisitorCreate = Static<typeof VisitorCreate>

export const VisitorItem = Type.Object({
  id: Type.String(),
  community: Slug,
  name: Type.String(),
  host: nullable(Type.String()),
  plate: nullable(Type.String()),
  doors: Type.Array(Slug),
  from: Type.Number(),
  to: Type.Number(),
  entriesMax: nullable(Type.Integer()),
})
export type VisitorItem = Static<typeof VisitorItem>

/** The codes are shown once. `qr` is the text of the QR code; its picture is `GET /visitors/{id}/qr.png`. */
export const VisitorCreated = Type.Object({
  ...VisitorItem.properties,
  pin: Type.String({ description: '6 digits' }),
  qr: Type.String(),
  inForce: Type.Boolean(),
})
export type VisitorCreated = Static<typeof VisitorCreated>

/** `POST /doors/{id}/open`, `POST /barriers/{id}/open`: by hand, with a reason that is kept. Answers CommandOutcome. */
export const OpenBody = Type.Object({
  reason: Type.String({ minLength: 2, maxLength: 500, pattern: '\\S' }),
  community: Type.Optional(Slug),
})
export type OpenBody = Static<typeof OpenBody>

/** A car in a car park. */
export const ParkingSession = Type.Object({
  id: Type.String(),
  community: Slug,
  carPark: Slug,
  plate: Type.String(),
  holder: nullable(AccessHolder),
  enteredAt: Type.Number(),
  enteredBy: Type.String({ description: 'barrier' }),
  leftAt: nullable(Type.Number()),
  leftBy: nullable(Type.String()),
})
export type ParkingSession = Static<typeof ParkingSession>

/** `GET /parking?community=`: who is in, and the last 500 who were. */
export const ParkingAnswer = Type.Object({
  carParks: Type.Array(
    Type.Object({
      id: Slug,
      community: Slug,
      places: nullable(Type.Integer()),
      taken: Type.Integer(),
      free: nullable(Type.Integer()),
    }),
  ),
  sessions: Type.Array(ParkingSession),
})
export type ParkingAnswer = Static<typeof ParkingAnswer>

/**
 * `POST /terminals/{device}/events` by an api key of scope `terminal`, or MQTT event `access.reported`
 * with this as its data: a terminal or barrier that decides by itself says what it did.
 */
export const TerminalReport = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  ts: Type.Optional(Type.Number()),
  granted: Type.Boolean(),
  /** Resident, or whoever the terminal knows; left out for a stranger. */
  person: Type.Optional(nullable(Type.String({ maxLength: 128 }))),
  name: Type.Optional(nullable(Type.String({ maxLength: 100 }))),
  plate: Type.Optional(nullable(Type.String({ maxLength: 16 }))),
  method: Type.Optional(nullable(Type.String({ maxLength: 32 }))),
  direction: Type.Optional(nullable(Type.Enum(['in', 'out']))),
  reason: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  /** What the terminal says of its own liveness test. */
  live: Type.Optional(nullable(Type.Boolean())),
})
export type TerminalReport = Static<typeof TerminalReport>

/** `POST /watchlist` (control C9); another admin approves with `POST /watchlist/{id}/approve`. */
export const WatchedCreate = Type.Object({
  community: Type.Optional(Slug),
  label: Text(100),
  /** Who ordered it, on which legal basis, under which document number. */
  authority: Text(200),
  legalBasis: Text(200),
  documentNumber: Text(100),
  /** At most 30 days from now. */
  expiresAt: Type.Number(),
  images: FaceCreate.properties.images,
})
export type WatchedCreate = Static<typeof WatchedCreate>
export const WatchedItem = Type.Object({
  id: Type.String(),
  community: Slug,
  label: Type.String(),
  authority: Type.String(),
  legalBasis: Type.String(),
  documentNumber: Type.String(),
  requestedBy: Type.String(),
  approvedBy: nullable(Type.String()),
  state: Type.Enum(['requested', 'approved', 'expired', 'withdrawn']),
  createdAt: Type.Number(),
  expiresAt: Type.Number(),
})
export type WatchedItem = Static<typeof WatchedItem>
