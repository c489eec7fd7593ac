import Type, { type Static } from 'typebox'
import { CareItem } from '../care.ts'
import { RosterResident } from '../roster.ts'
import { withForce } from './system.ts'

/** `GET /care`: as the box knows it; `community` says whose. Names are masked where the role demands it. */
export const CareListItem = Type.Object({
  ...CareItem.properties,
  community: Type.String(),
})
export type CareListItem = Static<typeof CareListItem>

const Suspension = RosterResident.properties.away.items
export const SuspensionAnswer = withForce(Suspension)

export const VisitItem = Type.Object({
  id: Type.String(),
  resident: Type.String(),
  at: Type.Number(),
  seen: Type.Boolean(),
  note: Type.Union([Type.String(), Type.Null()]),
  by: Type.Object({ id: Type.String(), name: Type.String() }),
})
export type VisitItem = Static<typeof VisitItem>
export const VisitAnswer = withForce(VisitItem)
