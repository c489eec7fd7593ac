import Type, { type Static } from 'typebox'

const Ms = (initial: number) =>
  Type.Integer({ minimum: 0, maximum: 7 * 86_400_000, default: initial })

/** Numbers of the health of devices; see docs/DEVICES.md. Times in ms. */
export const HealthSettings = Type.Object(
  {
    version: Type.Integer({ minimum: 1, default: 1 }),
    /** So many devices of one cause fall silent together, and it is the cause that is reported. */
    causeMin: Type.Integer({ minimum: 2, maximum: 1_000, default: 3 }),
    /** For all devices of a community at once. */
    causeCommunityMin: Type.Integer({ minimum: 2, maximum: 10_000, default: 10 }),
    /** Of those that ought to have spoken, at most this share still does. */
    causeAliveShareMax: Type.Number({ minimum: 0, maximum: 1, default: 0.2 }),
    /** "Together": their last words are no further apart than this and their own interval. */
    causeWindowMs: Ms(120_000),
    /** How long the first one waits for the others, where they hang together by `via`, and elsewhere. */
    gatherViaMs: Ms(60_000),
    gatherMs: Ms(15_000),
    /** So many times offline in `flapWindowMs` is unstable; so long without is stable again. */
    flapCount: Type.Integer({ minimum: 2, maximum: 32, default: 5 }),
    flapWindowMs: Ms(3_600_000),
    flapCalmMs: Ms(1_800_000),
    /** A clock off by more than `clockRaiseMs` is reported, until it is off by less than `clockClearMs`. */
    clockRaiseMs: Ms(120_000),
    clockClearMs: Ms(60_000),
  },
  { additionalProperties: false },
)
export type HealthSettings = Static<typeof HealthSettings>
