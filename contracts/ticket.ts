import Type, { type Static } from 'typebox'
import { AnomalyType, Evidence, Severity } from './anomaly.ts'
import { Slug } from './ids.ts'
import { Place, Subject } from './place.ts'

export const ticketStatuses = [
  'received',
  'filed',
  'dispatched',
  'accepted',
  'handling',
  'handled',
  'verified',
  'closed',
  'rejected',
  'withdrawn',
] as const
export type TicketStatus = (typeof ticketStatuses)[number]
export const TicketStatus = Type.Enum(ticketStatuses)

export const ticketFlags = ['returned', 'extended', 'suspended', 'reopened', 'supervised'] as const
export type TicketFlag = (typeof ticketFlags)[number]

/** All actions of contract v1; an action that is not built yet is refused by name, not silently. */
export const ticketActions = [
  'file',
  'reject',
  'dispatch',
  'accept',
  'start',
  'handle',
  'return',
  'rule',
  'extend',
  'suspend',
  'resume',
  'verify',
  'close',
  'reopen',
  'supervise',
  'urge',
  'merge',
  'split',
  'withdraw',
  'whistle',
  'evaluate',
  'comment',
] as const
export type TicketAction = (typeof ticketActions)[number]
export const TicketAction = Type.Enum(ticketActions)

export const TicketSource = Type.Object({
  kind: Type.Union([
    Type.Literal('machine'),
    Type.Literal('staff'),
    Type.Literal('grid'),
    Type.Literal('resident'),
    Type.Literal('hotline'),
    Type.Literal('import'),
  ]),
  device: Type.Union([Type.String(), Type.Null()]),
  channel: Type.Union([Type.String(), Type.Null()]),
  reporter: Type.Union([Type.String(), Type.Null()]),
})
export type TicketSource = Static<typeof TicketSource>

export const TimelineEntry = Type.Object({
  id: Type.String(),
  ts: Type.Number(),
  /** An action, or `opened`, `repeated`, `cleared`. */
  kind: Type.String({ maxLength: 32 }),
  actor: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  from: Type.Union([TicketStatus, Type.Null()]),
  to: Type.Union([TicketStatus, Type.Null()]),
  note: Type.Union([Type.String(), Type.Null()]),
  /** What the machine says it says in English too; null where a person wrote the note. */
  noteEn: Type.Union([Type.String(), Type.Null()]),
})
export type TimelineEntry = Static<typeof TimelineEntry>

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

/** As a list shows it: everything but `evidence` and `timeline`. */
export const TicketSummary = Type.Object({
  id: Type.String(),
  number: Type.String({ description: 'MMDD-NNN, counted per community and day' }),
  community: Slug,
  status: TicketStatus,
  flags: Type.Array(Type.Enum(ticketFlags)),
  category: nullable(Type.String()),
  severity: Severity,
  place: nullable(Place),
  subject: nullable(Subject),
  source: TicketSource,
  title: Type.String(),
  titleEn: nullable(Type.String()),
  description: Type.String(),
  descriptionEn: nullable(Type.String()),
  unit: nullable(Type.String()),
  assignee: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  mode: Type.Union([
    Type.Literal('single'),
    Type.Literal('sequential'),
    Type.Literal('joint'),
    Type.Literal('lead-assist'),
  ]),
  dueAt: nullable(Type.Number()),
  anomaly: nullable(
    Type.Object({
      id: Type.String(),
      type: AnomalyType,
      key: Type.String(),
      rule: nullable(Type.Object({ id: Type.String(), version: Type.String() })),
      raisedAt: Type.Number(),
      clearedAt: nullable(Type.Number()),
    }),
  ),
  counts: Type.Object({
    repeats: Type.Integer(),
    evidence: Type.Integer(),
    comments: Type.Integer(),
    reporters: Type.Integer(),
  }),
  /** sha256 of the newest evidence picture: `/api/v1/evidence/{sha256}.jpg`. */
  picture: nullable(Type.String()),
  createdAt: Type.Number(),
  updatedAt: Type.Number(),
  closedAt: nullable(Type.Number()),
  /** What the asking person may do now. */
  allowed: Type.Array(TicketAction),
})
export type TicketSummary = Static<typeof TicketSummary>

export const Ticket = Type.Object({
  ...TicketSummary.properties,
  evidence: Type.Array(Evidence),
  timeline: Type.Array(TimelineEntry),
})
export type Ticket = Static<typeof Ticket>

/** `POST /api/v1/tickets` by a person or an intake key. */
export const TicketCreate = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 200 }),
  /** Left out: the box's own where the person works there, else the person's first. */
  community: Type.Optional(Slug),
  description: Type.Optional(Type.String({ maxLength: 4_000 })),
  category: Type.Optional(Type.String({ maxLength: 32 })),
  severity: Type.Optional(Severity),
  place: Type.Optional(Place),
})
export type TicketCreate = Static<typeof TicketCreate>

/** `POST /api/v1/tickets/{id}/actions/{action}`; what an action demands is in docs and in the 422 answer. */
export const TicketActionBody = Type.Object({
  note: Type.Optional(Type.String({ maxLength: 4_000 })),
  unit: Type.Optional(Type.String({ maxLength: 64 })),
  assignee: Type.Optional(Type.String({ maxLength: 64 })),
  category: Type.Optional(Type.String({ maxLength: 32 })),
})
export type TicketActionBody = Static<typeof TicketActionBody>
