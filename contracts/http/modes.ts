import Type, { type Static } from 'typebox'
import { Slug } from '../ids.ts'
import { communityModes, RosterMode } from '../roster.ts'

/** `PUT /modes/{mode}`: other numbers hold from now, or from `from`, until `to` or until somebody ends it. */
export const ModePut = Type.Object({
  community: Type.Optional(Slug),
  from: Type.Optional(Type.Number()),
  to: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  /** Why; spaces alone are no reason. */
  reason: Type.String({ minLength: 2, maxLength: 500, pattern: '\\S' }),
})
export type ModePut = Static<typeof ModePut>

export const ModeName = Type.Object({ mode: Type.Enum(communityModes) })

export const ModeItem = Type.Object({
  ...RosterMode.properties,
  active: Type.Boolean({ description: 'it holds now; else it begins later' }),
})
export type ModeItem = Static<typeof ModeItem>

/** Of a change: whether the box has it already. */
export const ModeSet = Type.Object({ ...ModeItem.properties, inForce: Type.Boolean() })
