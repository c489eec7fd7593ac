import Type, { type Static } from 'typebox'
import { Slug } from './ids.ts'

export const careStates = ['ok', 'watch', 'unseen', 'cannot-tell', 'away'] as const
export type CareState = (typeof careStates)[number]

/** Where a sign of life came from. */
export const LastEvidence = Type.Object({
  ts: Type.Number(),
  source: Type.String({ description: 'device id, or `staff`' }),
  what: Type.String({
    description: '`door motion water power sos card pin qr face terminal plate visit checkin call`',
  }),
  where: Type.String(),
  /** The person, or only that somebody is in their home. */
  shows: Type.Optional(Type.Union([Type.Literal('person'), Type.Literal('home')])),
  confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
})
export type LastEvidence = Static<typeof LastEvidence>

/** How staff and residents vouch for a person; each is an event `care.{kind}` of the gateway in its log. */
export const careSignKinds = ['visit', 'checkin', 'call'] as const
export type CareSignKind = (typeof careSignKinds)[number]

/** Who took the telephone: the person themself, or somebody else, who can say that they heard nothing. */
export const CallAnswerer = Type.Union([
  Type.Literal('self'),
  Type.Literal('family'),
  Type.Literal('other'),
])

/** `POST /care/signs` of the gateway's private interface. `id` is the api's: told twice, it counts once. */
export const CareSignReport = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  community: Slug,
  resident: Type.String({ minLength: 1, maxLength: 128 }),
  kind: Type.Enum(careSignKinds),
  /** When it happened, epoch ms. */
  at: Type.Number(),
  by: Type.String({ maxLength: 200 }),
  /** Of a visit: the worker saw the person with their own eyes. */
  seen: Type.Optional(Type.Boolean()),
  /** Of a call. Only one that the person took themself is a sign of life. */
  answered: Type.Optional(Type.Boolean()),
  byWhom: Type.Optional(CallAnswerer),
})
export type CareSignReport = Static<typeof CareSignReport>

/** One watched resident, as the gateway knows it and `GET /api/v1/care` shows it. */
export const CareItem = Type.Object({
  resident: Type.Object({ id: Type.String(), name: Type.String(), honorific: Type.String() }),
  household: Type.Union([Type.String(), Type.Null()]),
  place: Type.Union([Type.String(), Type.Null()]),
  state: Type.Enum(careStates),
  windowMs: Type.Number(),
  lastEvidence: Type.Union([LastEvidence, Type.Null()]),
  /** Newest sign that showed the person themself; the home may have been alive since. */
  lastOwn: Type.Optional(Type.Union([LastEvidence, Type.Null()])),
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
