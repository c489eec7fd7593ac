import Type, { type Static } from 'typebox'
import { CallAnswerer } from '../care.ts'
import { VisitForm } from '../care-plan.ts'
import { Id, Slug } from '../ids.ts'
import { Place } from '../place.ts'
import { RosterCard, RosterHousehold, RosterResident } from '../roster.ts'

/** `POST /households`, `GET /households` */
export const HouseholdCreate = Type.Object({
  id: Type.Optional(Id),
  community: Type.Optional(Slug),
  place: Place,
})
export type HouseholdCreate = Static<typeof HouseholdCreate>
export const HouseholdItem = RosterHousehold
export type HouseholdItem = RosterHousehold

/** `POST /residents`, `PATCH /residents/{id}` with any of it; `watch: null` ends the care. */
export const ResidentCreate = Type.Object({
  id: Type.Optional(Id),
  community: Type.Optional(Slug),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  honorific: Type.Optional(Type.String({ maxLength: 100 })),
  household: Type.Optional(Type.String({ maxLength: 64 })),
  phone: Type.Optional(Type.String({ maxLength: 32 })),
  /** YYYY-MM-DD; below the age of 14 a guardian consents. Not in the roster. */
  birthDate: Type.Optional(
    Type.Union([Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), Type.Null()]),
  ),
  watch: Type.Optional(
    Type.Union([
      Type.Object({
        windowMs: Type.Integer({ minimum: 60_000 }),
        since: Type.Optional(Type.Number()),
      }),
      Type.Null(),
    ]),
  ),
})
export type ResidentCreate = Static<typeof ResidentCreate>
export const ResidentItem = Type.Object({
  ...RosterResident.properties,
  /** Masked by role: `138****2207`. */
  phone: Type.Union([Type.String(), Type.Null()]),
  /** Null too for roles that only read figures. */
  birthDate: Type.Union([Type.String(), Type.Null()]),
  /** When they died, as recorded. */
  deceasedAt: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
})
export type ResidentItem = Static<typeof ResidentItem>

/** `POST /credentials`: a card or PIN; the code goes in and never comes out. */
export const CardCreate = Type.Object({
  community: Type.Optional(Slug),
  code: Type.String({ minLength: 4, maxLength: 128 }),
  holder: RosterCard.properties.holder,
  kind: RosterCard.properties.kind,
  doors: Type.Optional(Type.Array(Slug)),
  from: Type.Optional(Type.Number()),
  to: Type.Optional(Type.Number()),
})
export type CardCreate = Static<typeof CardCreate>

/** `POST /care/{resident}/suspensions`; `DELETE /care/{resident}/suspensions/{id}` ends it now. */
export const SuspensionCreate = Type.Object({
  from: Type.Optional(Type.Number()),
  to: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  reason: Type.Union([Type.Literal('away'), Type.Literal('hospital'), Type.Literal('family')]),
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
})
export type SuspensionCreate = Static<typeof SuspensionCreate>

/** `POST /care/{resident}/checkins`: all is well, said by the person themself or by staff for them. */
export const CheckinCreate = Type.Object({
  at: Type.Optional(Type.Number()),
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
})
export type CheckinCreate = Static<typeof CheckinCreate>

/** `POST /care/{resident}/calls`: a call is a sign of life only when the person took it themself. */
export const CallCreate = Type.Object({
  at: Type.Optional(Type.Number()),
  answered: Type.Boolean(),
  /** Who took it; left out where nobody did. */
  byWhom: Type.Optional(CallAnswerer),
  note: Type.Optional(Type.String({ maxLength: 4_000 })),
})
export type CallCreate = Static<typeof CallCreate>

/** `POST /residents/{id}/death`; `DELETE` within three days takes back what was a mistake. */
export const DeathCreate = Type.Object({
  at: Type.Optional(Type.Number()),
  note: Type.Optional(Type.String({ maxLength: 2_000 })),
})
export type DeathCreate = Static<typeof DeathCreate>

/** `POST /care/{resident}/visits`: somebody saw the person; counts as a sign of life. */
export const VisitCreate = Type.Object({
  at: Type.Optional(Type.Number()),
  seen: Type.Boolean(),
  note: Type.Optional(Type.String({ maxLength: 4_000 })),
  /** Answers to the checklist (`GET /care/form`). */
  form: Type.Optional(VisitForm),
})
export type VisitCreate = Static<typeof VisitCreate>
