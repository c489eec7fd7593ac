import Type, { type Static } from 'typebox'
import { WeekWindow } from '../contracts/access.ts'
import { zoneKinds } from '../contracts/roster.ts'
import { CareSettings } from './care-schema.ts'
import { HealthSettings } from './health-schema.ts'
import { base, closed, Ms } from './rule-base.ts'
import { ExpressionRule, ModeRules } from './rule-expression.ts'

export { ExpressionRule } from './rule-expression.ts'

const reading = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,63}$' })
const Level = Type.Object({ raise: Type.Number(), clear: Type.Number() }, closed)

/** A number beyond a level for `forMs`; over when it is back within `clear` for `clearForMs`. */
export const ThresholdRule = Type.Object(
  {
    ...base,
    reading,
    above: Type.Optional(Level),
    below: Type.Optional(Level),
    forMs: Ms(0),
    clearForMs: Ms(0),
  },
  closed,
)

/** Local hours of the day, `from` up to but without `to`; may pass midnight. */
export const DayWindow = Type.Object(
  {
    from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
    to: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
    utcOffsetMinutes: Type.Integer({ minimum: -840, maximum: 840, default: 480 }),
  },
  closed,
)
export type DayWindow = Static<typeof DayWindow>

/** A boolean at `alarmWhen` for `forMs`. */
export const BooleanRule = Type.Object(
  {
    ...base,
    reading,
    alarmWhen: Type.Boolean({ default: true }),
    forMs: Ms(0),
    clearForMs: Ms(0),
    /**
     * Raises on the first value ever heard, and on a value that arrives late if nothing newer follows
     * within `lateSettleMs`: an alarm that nobody has answered is an alarm.
     */
    lifeSafety: Type.Boolean({ default: false }),
    /** For buttons that never say "released": over by itself after so long; 0 never. */
    autoClearMs: Ms(0),
    /** Values outside these hours neither raise; left out: always. */
    window: Type.Optional(DayWindow),
  },
  closed,
)

/** Nothing heard for `max(factor x intervalMs, silentMinMs)`, or `offline` for `offlineForMs`. */
export const MissingRule = Type.Object(
  {
    ...base,
    factor: Type.Number({ minimum: 1, maximum: 100, default: 3 }),
    silentMinMs: Ms(60_000),
    /** Silence allowed where nobody knows how often the device reports; 0: it may be silent for ever. */
    silentDefaultMs: Ms(93_600_000),
    offlineForMs: Ms(30_000),
  },
  closed,
)

/** A camera in a bad state for `forMs`. */
export const CameraRule = Type.Object(
  {
    ...base,
    state: Type.Enum(['offline', 'frozen', 'covered', 'defocused', 'moved']),
    forMs: Ms(0),
  },
  closed,
)

/** Objects of the labels that stand, stay or gather in a zone for `forMs`. */
export const TrackRule = Type.Object(
  {
    ...base,
    zoneKind: Type.Enum(zoneKinds),
    labels: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 32 }),
    scoreMin: Type.Number({ minimum: 0, maximum: 1, default: 0 }),
    /**
     * `still`: one that has not moved for `stillMs`; `dwell`: one that has itself been in the zone for
     * `forMs`, walking or not; `present`: any that is there.
     */
    measure: Type.Enum(['still', 'dwell', 'present'], { default: 'still' }),
    /** Not what was there when the camera began and has never moved since: a poster, a statue. */
    came: Type.Boolean({ default: false }),
    /** So many of them at once. */
    countMin: Type.Integer({ minimum: 1, maximum: 100, default: 1 }),
    /** When the rule looks, beside the zone's own schedule; left out or empty: always. */
    schedule: Type.Optional(Type.Array(WeekWindow, { maxItems: 16 })),
    utcOffsetMinutes: Type.Integer({ minimum: -840, maximum: 840, default: 480 }),
    /** From here on it counts as standing. */
    stillMs: Ms(5_000),
    forMs: Ms(30_000),
    /** Over when the zone was seen empty for so long; bridges occlusion and lost tracks. */
    vanishMs: Ms(20_000),
    /** How long to wait for a frame that was kept as evidence before raising without. */
    evidenceWaitMs: Ms(1_500),
  },
  closed,
)

const list = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Array(item, { maxItems: 1_000, default: [] })

export const RulesFile = Type.Object(
  {
    /** A reading older than this on arrival is history: it may end an alarm, it raises none. */
    lateAfterMs: Ms(600_000),
    /** How long a late life-safety value must stay the newest one. */
    lateSettleMs: Ms(5_000),
    /** After a start nothing is missing for so long, whatever the deadlines say. */
    settleMs: Ms(60_000),
    threshold: list(ThresholdRule),
    boolean: list(BooleanRule),
    missing: list(MissingRule),
    camera: list(CameraRule),
    track: list(TrackRule),
    expression: list(ExpressionRule),
    /** Other numbers while a mode holds: the rule by its id, and what of it is different. */
    modes: Type.Optional(ModeRules),
    health: Type.Optional(HealthSettings),
    care: Type.Optional(CareSettings),
  },
  closed,
)
export type RulesFile = Static<typeof RulesFile>

type Kinded<K extends string, T> = T & {
  readonly kind: K
  /** `version-hash8`: a change without a new number shows as well. */
  readonly versionTag: string
}
export type ThresholdRule = Kinded<'threshold', Static<typeof ThresholdRule>>
export type BooleanRule = Kinded<'boolean', Static<typeof BooleanRule>>
export type MissingRule = Kinded<'missing', Static<typeof MissingRule>>
export type CameraRule = Kinded<'camera', Static<typeof CameraRule>>
export type TrackRule = Kinded<'track', Static<typeof TrackRule>>
export type ExpressionRule = Kinded<'expression', Static<typeof ExpressionRule>>
export type Rule =
  | ThresholdRule
  | BooleanRule
  | MissingRule
  | CameraRule
  | TrackRule
  | ExpressionRule
