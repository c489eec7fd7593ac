import Type, { type Static } from 'typebox'
import { CareItem } from '../care.ts'
import { CareLevel, VisitQuestion, VisitSchedule } from '../care-plan.ts'
import { Slug } from '../ids.ts'
import { Place } from '../place.ts'
import { TicketSummary } from '../ticket.ts'
import { VisitItem } from './care.ts'
import { ContactItem, LadderItem } from './ladder.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])
const words = Type.Optional(Type.String({ maxLength: 1_000 }))

/** What whoever goes there must know. */
export const PlanNotes = Type.Object({
  mobility: words,
  medical: words,
  /** Where a spare key is. */
  key: words,
  other: words,
})
export type PlanNotes = Static<typeof PlanNotes>

/** `GET /care/form` */
export const CareForm = Type.Object({
  levels: Type.Array(CareLevel),
  form: Type.Array(VisitQuestion),
})

/** `PUT /care/{id}/plan` */
export const PlanBody = Type.Object({
  level: Slug,
  schedule: Type.Optional(nullable(VisitSchedule)),
  worker: Type.Optional(nullable(Type.String({ maxLength: 64 }))),
  notes: Type.Optional(PlanNotes),
  /** What may go onto a call sheet, and who agreed; left out or null: nothing. */
  emergency: Type.Optional(
    nullable(
      Type.Object({
        share: Type.Array(Type.Enum(['mobility', 'medical', 'key']), { uniqueItems: true }),
        agreedBy: Type.String({ minLength: 1, maxLength: 100 }),
      }),
    ),
  ),
})
export type PlanBody = Static<typeof PlanBody>

export const PlanItem = Type.Object({
  level: CareLevel,
  schedule: nullable(VisitSchedule),
  worker: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  notes: PlanNotes,
  emergency: nullable(
    Type.Object({ share: Type.Array(Type.String()), agreedBy: Type.String(), at: Type.Number() }),
  ),
  since: Type.Number(),
  updatedAt: Type.Number(),
})
export type PlanItem = Static<typeof PlanItem>

const Window = Type.Object({ from: Type.Number(), to: Type.Number() })
export const VisitStateItem = Type.Object({
  next: nullable(Window),
  overdue: nullable(Window),
  doneThisWeek: Type.Integer(),
  perWeek: Type.Integer(),
})
export type VisitStateItem = Static<typeof VisitStateItem>

/** `GET /care/visits/due` */
export const DueVisit = Type.Object({
  resident: Type.Object({ id: Type.String(), name: Type.String(), honorific: Type.String() }),
  community: Type.String(),
  place: nullable(Type.String()),
  worker: nullable(Type.String()),
  window: Window,
  overdue: Type.Boolean(),
})
export type DueVisit = Static<typeof DueVisit>

/** `GET /care/{id}`: all that somebody must know before they knock. */
export const CarePerson = Type.Object({
  resident: Type.Object({
    id: Type.String(),
    name: Type.String(),
    honorific: Type.String(),
    phone: nullable(Type.String()),
    age: nullable(Type.Integer()),
  }),
  community: Type.String(),
  place: nullable(Place),
  /** As the box knows it; null while the box is away, or where nobody looks. */
  care: nullable(CareItem),
  boxAnswers: Type.Boolean(),
  away: Type.Array(
    Type.Object({
      id: Type.String(),
      from: Type.Number(),
      to: nullable(Type.Number()),
      reason: Type.String(),
      note: nullable(Type.String()),
    }),
  ),
  plan: nullable(PlanItem),
  visits: VisitStateItem,
  lastVisits: Type.Array(VisitItem),
  contacts: Type.Array(ContactItem),
  tickets: Type.Array(TicketSummary),
  ladder: nullable(LadderItem),
})
export type CarePerson = Static<typeof CarePerson>
