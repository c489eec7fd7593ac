import Type, { type Static } from 'typebox'
import { CallAnswerer, CareItem } from '../care.ts'
import { VisitForm } from '../care-plan.ts'
import { RosterResident } from '../roster.ts'
import { withForce } from './system.ts'

/** `GET /care`: as the box knows it; `community` says whose. Names are masked where the role demands it. */
export const CareListItem = Type.Object({
  ...CareItem.properties,
  community: Type.String(),
})
export type CareListItem = Static<typeof CareListItem>

const Suspension = RosterResident.properties.away.items
const Person = Type.Object({ id: Type.String(), name: Type.String() })

/** `GET /care/{id}/suspensions`: who is away, until when, who said so, and how it ended. */
export const SuspensionItem = Type.Object({
  ...Suspension.properties,
  note: Type.Union([Type.String(), Type.Null()]),
  by: Person,
  createdAt: Type.Number(),
  state: Type.Union([Type.Literal('coming'), Type.Literal('on'), Type.Literal('over')]),
  /** `back`: somebody said so; `seen`: the box saw them; null while it runs, or ended at its time. */
  endReason: Type.Union([
    Type.Literal('back'),
    Type.Literal('seen'),
    Type.Literal('death'),
    Type.Null(),
  ]),
  endedBy: Type.Union([Type.String(), Type.Null()]),
})
export type SuspensionItem = Static<typeof SuspensionItem>

const Said = {
  id: Type.String(),
  resident: Type.String(),
  at: Type.Number(),
  note: Type.Union([Type.String(), Type.Null()]),
  by: Person,
}
export const CheckinItem = Type.Object(Said)
export type CheckinItem = Static<typeof CheckinItem>
export const CheckinAnswer = withForce(CheckinItem)
export const CallItem = Type.Object({
  ...Said,
  answered: Type.Boolean(),
  byWhom: Type.Union([CallAnswerer, Type.Null()]),
})
export type CallItem = Static<typeof CallItem>
export const CallAnswer = withForce(CallItem)

/** What a death has ended; `undoUntil` null once it is final. */
export const DeathItem = Type.Object({
  resident: Type.String(),
  at: Type.Number(),
  note: Type.Union([Type.String(), Type.Null()]),
  by: Person,
  recordedAt: Type.Number(),
  undoUntil: Type.Union([Type.Number(), Type.Null()]),
})
export type DeathItem = Static<typeof DeathItem>
export const SuspensionAnswer = withForce(Suspension)

/** `GET /evidence/{sha256}.jpg` shows it to whoever may see the person. */
export const VisitPhoto = Type.Object({
  sha256: Type.String(),
  widthPx: Type.Integer(),
  heightPx: Type.Integer(),
  at: Type.Number(),
})
export type VisitPhoto = Static<typeof VisitPhoto>

export const VisitItem = Type.Object({
  id: Type.String(),
  resident: Type.String(),
  at: Type.Number(),
  seen: Type.Boolean(),
  note: Type.Union([Type.String(), Type.Null()]),
  by: Type.Object({ id: Type.String(), name: Type.String() }),
  /** Null where no checklist was filled in. */
  form: Type.Union([VisitForm, Type.Null()]),
  photos: Type.Array(VisitPhoto),
})
export type VisitItem = Static<typeof VisitItem>
export const VisitAnswer = withForce(VisitItem)
