import Type, { type Static } from 'typebox'
import { BoxPx, Detection, ModelRef } from './detections.ts'
import { Id, Slug } from './ids.ts'
import { limits } from './limits.ts'
import { Place, Subject } from './place.ts'
import { LocalText } from './text.ts'

export const anomalyTypes = [
  'resident.unseen',
  'resident.cannot-tell',
  'resident.should-be-back',
  'care.visit-overdue',
  'sos.pressed',
  'smoke.alarm',
  'gas.alarm',
  'water.leak',
  'water.level-high',
  'water.quality',
  'water.use-low',
  'water.use-continuous',
  'home.too-hot',
  'home.too-cold',
  'noise.high',
  'air.quality',
  'manhole.moved',
  'light.out',
  'lift.fault',
  'lift.trapped',
  'device.offline',
  'device.battery-low',
  'device.clock',
  'camera.offline',
  'camera.frozen',
  'camera.covered',
  'camera.defocused',
  'camera.moved',
  'vehicle.fire-lane',
  'vehicle.illegal-parking',
  'stall.on-road',
  'ebike.in-lift',
  'person.intrusion',
  'person.loitering',
  'crowd.gathered',
  'access.spoof',
  'access.tailgating',
  'door.forced',
  'door.held-open',
  'watchlist.candidate',
  'flame.visible',
] as const
export type AnomalyType = (typeof anomalyTypes)[number]
export const AnomalyType = Type.Enum(anomalyTypes)

export const severities = ['critical', 'major', 'minor'] as const
export type Severity = (typeof severities)[number]
export const Severity = Type.Enum(severities)

/** What an anomaly or a ticket rests on. Pictures are named by sha256 and sent apart from it. */
export const Evidence = Type.Union([
  Type.Object({
    kind: Type.Literal('reading'),
    device: Slug,
    reading: Type.String({ maxLength: 64 }),
    ts: Type.Number(),
    value: Type.Union([Type.Number(), Type.Boolean(), Type.String({ maxLength: 200 })]),
    unit: Type.Optional(Type.String({ maxLength: 16 })),
  }),
  Type.Object({
    kind: Type.Literal('frame'),
    device: Slug,
    ts: Type.Number(),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    widthPx: Type.Integer({ minimum: 1 }),
    heightPx: Type.Integer({ minimum: 1 }),
    /** What the picture is shown for; its detection is drawn as the subject. */
    subjectPx: Type.Optional(BoxPx),
    detections: Type.Array(Detection, { maxItems: 100 }),
    /** The same picture with boxes and zone drawn in. */
    boxesSha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    zone: Type.Optional(
      Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
        maxItems: 64,
        description: 'polygon in relative picture coordinates, 0..1',
      }),
    ),
    models: Type.Array(ModelRef, { maxItems: 8 }),
  }),
  Type.Object({
    kind: Type.Literal('clip'),
    device: Slug,
    /** First and last frame, epoch ms. */
    from: Type.Number(),
    to: Type.Number(),
    /** Of the MP4 with faces and plates blurred. */
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    widthPx: Type.Integer({ minimum: 1 }),
    heightPx: Type.Integer({ minimum: 1 }),
    frames: Type.Integer({ minimum: 1 }),
    models: Type.Array(ModelRef, { maxItems: 8 }),
  }),
  Type.Object({
    kind: Type.Literal('event'),
    device: Slug,
    ts: Type.Number(),
    type: Type.String({ maxLength: 64 }),
    text: LocalText,
  }),
  Type.Object({
    kind: Type.Literal('coverage'),
    from: Type.Number(),
    to: Type.Number(),
    coveredMs: Type.Number({ minimum: 0 }),
    /** Half-open intervals `[from, to)` in which somebody looked, by source. */
    sources: Type.Array(
      Type.Object({
        source: Type.String({ maxLength: 200 }),
        name: Type.String({ maxLength: 200 }),
        intervals: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), { maxItems: 200 }),
        evidenceAt: Type.Array(Type.Number(), { maxItems: 200 }),
      }),
      { maxItems: 32 },
    ),
  }),
  Type.Object({
    kind: Type.Literal('note'),
    ts: Type.Number(),
    text: LocalText,
  }),
])
export type Evidence = Static<typeof Evidence>

/**
 * `POST /api/v1/anomalies`. Idempotent by `id`: a repeat gets the first answer. While an anomaly with
 * the same `key` has an open ticket, another id with that key raises its counter and adds evidence.
 * A `watchlist.candidate` opens and joins no ticket: it waits for a person (control C9).
 */
export const AnomalyReport = Type.Object({
  id: Id,
  type: AnomalyType,
  key: Type.String({ minLength: 1, maxLength: 256, description: 'dedupe key' }),
  severity: Type.Optional(Severity),
  community: Type.Optional(Slug),
  device: Type.Optional(Slug),
  place: Type.Optional(Place),
  subject: Type.Optional(Subject),
  title: Type.Optional(LocalText),
  description: Type.Optional(LocalText),
  /** Event time: when it began, by the device's clock where that can be trusted. */
  raisedAt: Type.Optional(Type.Number()),
  rule: Type.Optional(
    Type.Object({ id: Type.String({ maxLength: 128 }), version: Type.String({ maxLength: 64 }) }),
  ),
  evidence: Type.Optional(Type.Array(Evidence, { maxItems: limits.evidencePerTicketMax })),
  /**
   * Id of an earlier report, whose evidence this is: a clip is made after the alarm. It goes to that
   * report's ticket, open or closed, and does nothing else.
   */
  adds: Type.Optional(Id),
})
export type AnomalyReport = Static<typeof AnomalyReport>

/** `POST /api/v1/anomalies/clear`: the condition is over. Idempotent by `id`. */
export const AnomalyClear = Type.Object({
  id: Id,
  key: Type.String({ minLength: 1, maxLength: 256 }),
  community: Type.Optional(Slug),
  clearedAt: Type.Number(),
  reason: LocalText,
  /** The ticket may close by itself, as when the resident has been seen. */
  resolves: Type.Boolean(),
  evidence: Type.Optional(Type.Array(Evidence, { maxItems: limits.evidencePerTicketMax })),
})
export type AnomalyClear = Static<typeof AnomalyClear>

/** Shipped severity per type; a rule may say otherwise. */
export const defaultSeverity: Record<AnomalyType, Severity> = {
  'resident.unseen': 'critical',
  'resident.cannot-tell': 'major',
  'resident.should-be-back': 'minor',
  'care.visit-overdue': 'major',
  'sos.pressed': 'critical',
  'smoke.alarm': 'critical',
  'gas.alarm': 'critical',
  'water.leak': 'major',
  'water.level-high': 'major',
  'water.quality': 'major',
  'water.use-low': 'major',
  'water.use-continuous': 'minor',
  'home.too-hot': 'major',
  'home.too-cold': 'major',
  'noise.high': 'minor',
  'air.quality': 'minor',
  'manhole.moved': 'major',
  'light.out': 'minor',
  'lift.fault': 'major',
  'lift.trapped': 'critical',
  'device.offline': 'minor',
  'device.battery-low': 'minor',
  'device.clock': 'minor',
  'camera.offline': 'major',
  'camera.frozen': 'major',
  'camera.covered': 'major',
  'camera.defocused': 'minor',
  'camera.moved': 'minor',
  'vehicle.fire-lane': 'major',
  'vehicle.illegal-parking': 'minor',
  'stall.on-road': 'minor',
  'ebike.in-lift': 'major',
  'person.intrusion': 'major',
  'person.loitering': 'minor',
  'crowd.gathered': 'major',
  'access.spoof': 'major',
  'access.tailgating': 'minor',
  'door.forced': 'major',
  'door.held-open': 'minor',
  'watchlist.candidate': 'major',
  'flame.visible': 'critical',
}
