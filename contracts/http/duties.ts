import Type, { type Static } from 'typebox'
import { Slug } from '../ids.ts'
import { PageQuery } from './lists.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])
const Code = Type.String({ minLength: 1, maxLength: 32 })
const Words = Type.String({ minLength: 2, maxLength: 2_000, pattern: '\\S' })

/** Who answers for a category in an area, from a moment to another. Rows are ended, never rewritten. */
export const Duty = Type.Object({
  id: Type.String(),
  category: Code,
  /** A unit of the organisation; null: everywhere. */
  area: orNull(Type.String()),
  unit: Type.String(),
  from: Type.Number(),
  to: orNull(Type.Number()),
  reason: orNull(Type.String()),
  /** Set where a ruling wrote it. */
  dispute: orNull(Type.String()),
  by: Type.String(),
  createdAt: Type.Number(),
})
export type Duty = Static<typeof Duty>

/** `POST /duties`: what stands for the same category and area ends when this begins. */
export const DutyCreate = Type.Object({
  category: Code,
  area: Type.Optional(orNull(Slug)),
  unit: Slug,
  from: Type.Optional(Type.Number({ description: 'left out: now; never in the past' })),
  reason: Words,
})
export type DutyCreate = Static<typeof DutyCreate>

/** `GET /duties`: those in force at `at`, or with `history` all that ever were. */
export const DutyQuery = Type.Object({
  ...PageQuery.properties,
  category: Type.Optional(Code),
  unit: Type.Optional(Slug),
  at: Type.Optional(Type.Number()),
  history: Type.Optional(Type.Boolean()),
})

/** `GET /duties/responsible` */
export const ResponsibleQuery = Type.Object({
  category: Code,
  community: Type.Optional(Slug),
  grid: Type.Optional(Slug),
  at: Type.Optional(Type.Number()),
})
export const Responsible = Type.Object({ unit: orNull(Type.String()), duty: orNull(Duty) })

/** A unit says that a ticket is not its business. */
export const Dispute = Type.Object({
  id: Type.String(),
  ticket: Type.String(),
  community: Type.String(),
  category: orNull(Code),
  area: orNull(Type.String({ description: 'the grid of the ticket, else its community' })),
  /** Who will not have it. */
  unit: Type.String(),
  /** Whom they name instead. */
  proposed: orNull(Type.String()),
  reason: Type.String(),
  openedBy: Type.String(),
  openedAt: Type.Number(),
  /** Null until somebody has ruled. */
  ruling: orNull(
    Type.Object({
      unit: Type.String(),
      reason: Type.String(),
      by: Type.String(),
      at: Type.Number(),
      /** The duty that it wrote. */
      duty: orNull(Type.String()),
    }),
  ),
})
export type Dispute = Static<typeof Dispute>

/** `POST /tickets/{id}/disputes` */
export const DisputeCreate = Type.Object({
  reason: Words,
  proposed: Type.Optional(Slug),
})
export type DisputeCreate = Static<typeof DisputeCreate>

/** `POST /disputes/{id}/ruling`: binding for the ticket; with `duty` for what comes after it too. */
export const RulingBody = Type.Object({
  unit: Slug,
  reason: Words,
  duty: Type.Optional(
    Type.Object(
      {
        category: Type.Optional(Code),
        area: Type.Optional(orNull(Slug)),
      },
      { description: 'what is left out is that of the ticket' },
    ),
  ),
})
export type RulingBody = Static<typeof RulingBody>

export const DisputeQuery = Type.Object({
  ...PageQuery.properties,
  open: Type.Optional(Type.Boolean({ description: 'true: those that nobody has ruled on' })),
})
