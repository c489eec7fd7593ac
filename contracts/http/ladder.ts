import Type, { type Static } from 'typebox'
import { AnomalyType, Severity } from '../anomaly.ts'
import { Ladder, LadderAnswer, ladderHow, ladderWho } from '../ladder.ts'
import { Place } from '../place.ts'
import { LocalText } from '../text.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])
const Actor = Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() })

/** `GET /ladders` */
export const LadderList = Type.Object({
  items: Type.Array(
    Type.Object({
      ...Ladder.properties,
      /** Null: for all communities. */
      community: nullable(Type.String()),
    }),
  ),
  next: Type.Null(),
})

/** Receipt of one message of a step. */
export const LadderReceipt = Type.Object({
  id: Type.String(),
  person: Type.String(),
  name: Type.String(),
  channel: Type.String(),
  state: Type.String(),
  reason: nullable(Type.String()),
  at: Type.Number(),
})
export type LadderReceipt = Static<typeof LadderReceipt>

export const LadderStepItem = Type.Object({
  id: Type.String(),
  who: Type.Enum(ladderWho),
  how: Type.Array(Type.Enum(ladderHow)),
  name: LocalText,
  state: Type.Enum(['waiting', 'running', 'answered', 'passed', 'skipped', 'rested']),
  waitMs: Type.Number(),
  startedAt: nullable(Type.Number()),
  dueAt: nullable(Type.Number()),
  endedAt: nullable(Type.Number()),
  answer: nullable(LadderAnswer),
  by: nullable(Actor),
  note: nullable(Type.String()),
  told: Type.Array(Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() })),
  receipts: Type.Array(LadderReceipt),
})
export type LadderStepItem = Static<typeof LadderStepItem>

/** `GET /tickets/{id}/ladder` */
export const LadderItem = Type.Object({
  id: Type.String(),
  ticket: Type.String(),
  ladder: Type.String(),
  version: Type.Integer(),
  name: LocalText,
  status: Type.Enum(['running', 'held', 'stopped', 'exhausted', 'closed', 'cancelled']),
  takenBy: nullable(Actor),
  heldUntil: nullable(Type.Number()),
  callSheet: Type.Array(Type.Enum(['119', '120'])),
  startedAt: Type.Number(),
  endedAt: nullable(Type.Number()),
  steps: Type.Array(LadderStepItem),
})
export type LadderItem = Static<typeof LadderItem>

/** `POST /tickets/{id}/ladder/answer` */
export const LadderAnswerBody = Type.Object({
  step: Type.Optional(Type.String({ maxLength: 64, description: 'left out: the one that runs' })),
  answer: LadderAnswer,
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
})
export type LadderAnswerBody = Static<typeof LadderAnswerBody>

/** `POST /residents/{id}/contacts`; `PATCH` with any of it. */
export const ContactCreate = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  relation: Type.Optional(Type.String({ maxLength: 50 })),
  phone: Type.Optional(Type.Union([Type.String({ minLength: 3, maxLength: 32 }), Type.Null()])),
  email: Type.Optional(
    Type.Union([Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$', maxLength: 200 }), Type.Null()]),
  ),
  language: Type.Optional(Type.Enum(['zh', 'en'])),
  position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })),
})
export type ContactCreate = Static<typeof ContactCreate>

export const ContactItem = Type.Object({
  id: Type.String(),
  resident: Type.String(),
  name: Type.String(),
  relation: Type.String(),
  phone: nullable(Type.String()),
  email: nullable(Type.String()),
  language: Type.Enum(['zh', 'en']),
  position: Type.Integer(),
})
export type ContactItem = Static<typeof ContactItem>

/** `GET /tickets/{id}/call-sheet`: what one says on the telephone to 119 or 120, in that order. */
export const CallSheet = Type.Object({
  ticket: Type.Object({
    id: Type.String(),
    number: Type.String(),
    title: LocalText,
    type: nullable(AnomalyType),
    severity: Severity,
    openedAt: Type.Number(),
  }),
  numbers: Type.Array(Type.Enum(['119', '120'])),
  address: Type.Object({
    said: LocalText,
    place: nullable(Place),
    building: nullable(Type.String()),
    entrance: nullable(Type.String()),
    floor: nullable(Type.String()),
    room: nullable(Type.String()),
    position: nullable(Type.Object({ lat: Type.Number(), lon: Type.Number() })),
  }),
  people: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      honorific: Type.String(),
      age: nullable(Type.Integer()),
      phone: nullable(Type.String()),
      /** Only what the person agreed to share in an emergency. */
      notes: Type.Array(Type.Object({ what: Type.String(), text: Type.String() })),
    }),
  ),
  contacts: Type.Array(ContactItem),
  sensors: Type.Array(Type.Object({ at: Type.Number(), text: LocalText })),
  gates: Type.Array(
    Type.Object({
      device: Type.String(),
      name: Type.String(),
      kind: Type.Enum(['barrier', 'door']),
      metres: nullable(Type.Number()),
    }),
  ),
  done: Type.Array(Type.Object({ at: Type.Number(), text: LocalText })),
  madeAt: Type.Number(),
})
export type CallSheet = Static<typeof CallSheet>
