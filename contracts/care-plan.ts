import Type, { type Static } from 'typebox'
import { Slug } from './ids.ts'
import { LocalText } from './text.ts'

const closed = { additionalProperties: false } as const

export const CareLevel = Type.Object(
  {
    id: Slug,
    name: LocalText,
    perWeek: Type.Integer({
      minimum: 0,
      maximum: 21,
      description: 'visits a week, where a plan says nothing else; 0: none are due',
    }),
  },
  closed,
)
export type CareLevel = Static<typeof CareLevel>

const Choice = Type.Object(
  {
    id: Slug,
    name: LocalText,
    concern: Type.Optional(Type.Boolean({ description: 'worth a second look' })),
  },
  closed,
)
export const VisitQuestion = Type.Union([
  Type.Object(
    {
      id: Slug,
      kind: Type.Literal('choice'),
      name: LocalText,
      options: Type.Array(Choice, { minItems: 2, maxItems: 12 }),
    },
    closed,
  ),
  Type.Object({ id: Slug, kind: Type.Literal('yes-no'), name: LocalText }, closed),
  Type.Object({ id: Slug, kind: Type.Literal('text'), name: LocalText }, closed),
])
export type VisitQuestion = Static<typeof VisitQuestion>

export const CarePlansFile = Type.Object(
  {
    levels: Type.Array(CareLevel, { minItems: 1, maxItems: 20 }),
    form: Type.Array(VisitQuestion, { maxItems: 40 }),
  },
  closed,
)
export type CarePlansFile = Static<typeof CarePlansFile>

/** `HH:MM` */
const Minute = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })
export const calendarDay = '^\\d{4}-\\d{2}-\\d{2}$'

/** When visits are due, in the box's time zone. */
export const VisitSchedule = Type.Object({
  /** 1 is Monday; empty or left out: any day, `perWeek` times. */
  weekdays: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { maxItems: 7, uniqueItems: true }),
  ),
  perWeek: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 })),
  from: Type.Optional(Minute),
  to: Type.Optional(Minute),
  /** Days on which nobody is expected, with the reason. */
  off: Type.Optional(
    Type.Array(
      Type.Object({
        day: Type.String({ pattern: calendarDay }),
        note: Type.String({ maxLength: 200 }),
      }),
      { maxItems: 100 },
    ),
  ),
})
export type VisitSchedule = Static<typeof VisitSchedule>

/** Answers to the checklist: option id, yes or no, or words. */
export const VisitForm = Type.Record(
  Slug,
  Type.Union([Type.String({ maxLength: 1_000 }), Type.Boolean()]),
  { maxProperties: 40 },
)
export type VisitForm = Static<typeof VisitForm>
