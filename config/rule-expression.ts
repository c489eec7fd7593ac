import Type from 'typebox'
import { WeekWindow } from '../contracts/access.ts'
import { Severity } from '../contracts/anomaly.ts'
import { type CommunityMode, communityModes } from '../contracts/roster.ts'
import { base, closed, Ms } from './rule-base.ts'

const subjectKinds = ['device', 'household', 'place', 'stairwell', 'grid', 'community'] as const
const Expression = Type.String({ minLength: 1, maxLength: 2_000 })

/**
 * A condition in CEL over readings: several of one device, of devices around it, over windows of time.
 * What is missing, stale or offline is unknown; an unknown condition neither raises nor clears. docs/RULES.md
 * has the language.
 */
export const ExpressionRule = Type.Object(
  {
    ...base,
    /** Whose rule it is: one state, one anomaly per such. Bare readings are those of the device. */
    about: Type.Enum(subjectKinds, { default: 'device' }),
    when: Expression,
    /** Over when this holds; left out: when `when` does not. Between the two nothing changes. */
    clearWhen: Type.Optional(Expression),
    forMs: Ms(0),
    clearForMs: Ms(0),
    /** Raises on the first value ever heard; for alarms that nobody may miss. */
    lifeSafety: Type.Boolean({ default: false }),
    /** When it may raise; left out or empty: always. The all-clear always counts. */
    schedule: Type.Optional(Type.Array(WeekWindow, { maxItems: 16 })),
    utcOffsetMinutes: Type.Integer({ minimum: -840, maximum: 840, default: 480 }),
    /** A number for `{value}`, and its unit. */
    show: Type.Optional(Expression),
    unit: Type.Optional(Type.String({ maxLength: 16 })),
    /** The first that holds when it is raised gives the severity, else `severity`. */
    levels: Type.Optional(
      Type.Array(Type.Object({ when: Expression, severity: Severity }, closed), { maxItems: 4 }),
    ),
    /** How often it is looked at where time alone may change it; left out: by its windows. */
    everyMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 3_600_000 })),
  },
  closed,
)

/** Any of a rule's own keys; the rule that comes of it is checked as a whole. */
const Overrides = Type.Optional(
  Type.Array(Type.Object({ id: base.id }, { additionalProperties: true }), { maxItems: 200 }),
)

export const ModeRules = Type.Object(
  Object.fromEntries(communityModes.map((mode) => [mode, Overrides])) as Record<
    CommunityMode,
    typeof Overrides
  >,
  closed,
)
