import Type, { type Static } from 'typebox'
import { GatewayHealth, Problem } from '../health.ts'
import { LocalText } from '../text.ts'
import { UnitKind } from './org.ts'

/** Lists take `?limit&cursor` and answer this. */
export const listOf = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) })
export interface ListAnswer<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** Answers of changes to the roster: `inForce` is false while the box has not heard of it yet. */
export const withForce = <P extends Parameters<typeof Type.Object>[0]>(item: { properties: P }) =>
  Type.Object({ ...item.properties, inForce: Type.Boolean() })

/** `GET /api/v1/health`; without sign-in only `status`. */
export const Health = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')]),
  version: Type.Optional(Type.String()),
  community: Type.Optional(Type.String()),
  problems: Type.Optional(Type.Array(Problem)),
  /** Null while the box cannot be reached. */
  gateway: Type.Optional(Type.Union([GatewayHealth, Type.Null()])),
})
export type Health = Static<typeof Health>

/** `GET /categories`: the tree, flat. */
export const Category = Type.Object({
  code: Type.String(),
  parent: Type.Union([Type.String(), Type.Null()]),
  kind: Type.String(),
  name: LocalText,
  typicalUnit: Type.Union([Type.String(), Type.Null()]),
  handleHours: Type.Union([Type.Number(), Type.Null()]),
  hoursKind: Type.Union([Type.String(), Type.Null()]),
  /** 1 at the top of the tree. */
  level: Type.Integer(),
  /** Usual in a residential community. */
  community: Type.Boolean(),
  /** Which kind of unit is asked where no duty names one. */
  unitKind: Type.Union([UnitKind, Type.Null()]),
  /** 涉访: likely to bring people to petition together. */
  petitionProne: Type.Boolean(),
  /** People may come to harm: made safe first, written up after. */
  safetyCritical: Type.Boolean(),
})
export type Category = Static<typeof Category>

/** Data of a server-sent event `ticket`: the client reloads what it shows. */
export const TicketNotice = Type.Object({
  id: Type.String(),
  number: Type.String(),
  status: Type.String(),
  severity: Type.String(),
  title: Type.String(),
  community: Type.String(),
  change: Type.String({ description: '`opened`, `repeated`, `cleared` or the action' }),
})
export type TicketNotice = Static<typeof TicketNotice>
