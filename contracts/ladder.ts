import Type, { type Static } from 'typebox'
import { Severity, anomalyTypes } from './anomaly.ts'
import { Slug } from './ids.ts'
import { LocalText } from './text.ts'

/** Whom a step is for. `family` is one step per contact, in the order of the file. */
export const ladderWho = [
  'resident',
  'family',
  'grid',
  'community',
  'street',
  'unit',
  'group',
  'alarms',
] as const
export type LadderWho = (typeof ladderWho)[number]

/** `call`: somebody rings and notes what came of it; `dispatch`: the ticket goes to them; `alarm`: siren or loudspeaker. */
export const ladderHow = ['call', 'message', 'dispatch', 'supervise', 'alarm'] as const
export type LadderHow = (typeof ladderHow)[number]

/** `going`: I take it; `fine`: spoke to them, all is well; the other two let the next step begin at once. */
export const ladderAnswers = ['going', 'fine', 'no-answer', 'not-reached'] as const
export type LadderAnswer = (typeof ladderAnswers)[number]
export const LadderAnswer = Type.Enum(ladderAnswers)

export const LadderStep = Type.Object(
  {
    id: Slug,
    who: Type.Enum(ladderWho),
    how: Type.Array(Type.Enum(ladderHow), { minItems: 1, maxItems: 5, uniqueItems: true }),
    name: LocalText,
    waitSeconds: Type.Integer({
      minimum: 1,
      maximum: 7 * 86_400,
      description: 'how long an answer is waited for before the next step begins',
    }),
    parallel: Type.Boolean({ default: false, description: 'the next step begins with this one' }),
    stops: Type.Array(Type.Enum(['going', 'fine']), {
      default: ['going', 'fine'],
      uniqueItems: true,
      maxItems: 2,
      description: 'the answers that stop the ladder; the others are noted',
    }),
    atMost: Type.Integer({
      minimum: 1,
      maximum: 8,
      default: 3,
      description: 'of `family`: how many contacts',
    }),
    unit: Type.Optional(Slug),
    group: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    message: Type.Optional(LocalText),
  },
  { additionalProperties: false },
)
export type LadderStep = Static<typeof LadderStep>

export const Ladder = Type.Object(
  {
    id: Slug,
    version: Type.Integer({ minimum: 1 }),
    name: LocalText,
    types: Type.Array(Type.Enum([...anomalyTypes, '*']), { minItems: 1, maxItems: 64 }),
    severities: Type.Array(Severity, {
      default: ['critical', 'major', 'minor'],
      minItems: 1,
      maxItems: 3,
    }),
    holdSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 7 * 86_400,
        description:
          'who took it has so long; then the next step begins. Left out: it stays stopped',
      }),
    ),
    callSheet: Type.Array(Type.Enum(['119', '120']), { default: [], maxItems: 2 }),
    steps: Type.Array(LadderStep, { maxItems: 16 }),
  },
  { additionalProperties: false },
)
export type Ladder = Static<typeof Ladder>

export const LaddersFile = Type.Object(
  {
    ladders: Type.Array(Ladder, { maxItems: 100 }),
    communities: Type.Array(
      Type.Object(
        { community: Slug, ladders: Type.Array(Ladder, { maxItems: 100 }) },
        { additionalProperties: false },
      ),
      { default: [], maxItems: 1_000 },
    ),
  },
  { additionalProperties: false },
)
export type LaddersFile = Static<typeof LaddersFile>
