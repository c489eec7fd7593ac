import Type, { type Static } from 'typebox'

export const careStates = ['ok', 'watch', 'unseen', 'cannot-tell', 'away'] as const
export type CareState = (typeof careStates)[number]

/** Where a sign of life came from. */
export const LastEvidence = Type.Object({
  ts: Type.Number(),
  source: Type.String({ description: 'device id, or `staff`' }),
  what: Type.String({ description: '`door`, `motion`, `water`, `power`, `card`, `face`, `visit`' }),
  where: Type.String(),
})
export type LastEvidence = Static<typeof LastEvidence>

/** One watched resident, as the gateway knows it and `GET /api/v1/care` shows it. */
export const CareItem = Type.Object({
  resident: Type.Object({ id: Type.String(), name: Type.String(), honorific: Type.String() }),
  household: Type.Union([Type.String(), Type.Null()]),
  place: Type.Union([Type.String(), Type.Null()]),
  state: Type.Enum(careStates),
  windowMs: Type.Number(),
  lastEvidence: Type.Union([LastEvidence, Type.Null()]),
  /** When it will be decided, if nothing is seen before; null while away. */
  deadline: Type.Union([Type.Number(), Type.Null()]),
  /** Covered time within the last window, hours. */
  coveredHours: Type.Number(),
  /** Half-open `[from, to)` in which at least one source looked, within the last 36 h. */
  coverage: Type.Array(Type.Tuple([Type.Number(), Type.Number()])),
  /** Signs of life within the last 36 h, newest last, at most 200. */
  evidenceAt: Type.Array(Type.Number()),
  away: Type.Array(Type.Tuple([Type.Number(), Type.Number()])),
  sources: Type.Array(
    Type.Object({
      source: Type.String(),
      name: Type.String(),
      coverage: Type.Array(Type.Tuple([Type.Number(), Type.Number()])),
      evidenceAt: Type.Array(Type.Number()),
    }),
  ),
  reason: Type.Union([Type.String(), Type.Null()]),
})
export type CareItem = Static<typeof CareItem>
