import type { Role } from '../../contracts/http/auth.ts'
import { type Result, err, ok } from '../../contracts/result.ts'
import {
  type TicketAction,
  type TicketStatus,
  ticketActions,
  ticketStatuses,
} from '../../contracts/ticket.ts'

/** What the machine must know of a ticket. */
export interface TicketState {
  readonly status: TicketStatus
  readonly unit: string | null
  readonly assigneeId: string | null
  readonly reporter: string | null
  readonly handledBy: string | null
}

export interface Person {
  readonly id: string
  readonly role: Role | null
  readonly unit: string | null
}

/** What an action needs: words, or somebody to give it to. */
export type Demand = 'note' | 'unit'
/** `assigned`: grid workers and units only touch what is theirs; `reporter`: residents only their own. */
type Guard = 'assigned' | 'reporter' | 'not-the-handler'

export interface Transition {
  readonly action: TicketAction
  readonly from: readonly TicketStatus[]
  /** Null leaves the status as it is. */
  readonly to: TicketStatus | null
  readonly roles: readonly Role[]
  readonly demands: readonly Demand[]
  readonly guards: readonly Guard[]
}

export const endStatuses: ReadonlySet<TicketStatus> = new Set(['closed', 'rejected', 'withdrawn'])
/** Somebody still owes an answer. */
export const openStatuses: readonly TicketStatus[] = ticketStatuses.filter(
  (status) => !endStatuses.has(status),
)
const desk: readonly Role[] = ['admin', 'staff']
const field: readonly Role[] = ['admin', 'staff', 'grid', 'unit']
const row = (
  action: TicketAction,
  from: readonly TicketStatus[],
  to: TicketStatus | null,
  roles: readonly Role[],
  demands: readonly Demand[] = [],
  guards: readonly Guard[] = [],
): Transition => ({ action, from, to, roles, demands, guards })

/**
 * The closed loop 接-转-办-督-访 as a table. One action has at most one row per status. An action
 * without a row is not built yet and is refused by name.
 */
export const transitions: readonly Transition[] = [
  row('file', ['received'], 'filed', desk),
  row('reject', ['received', 'filed'], 'rejected', desk, ['note']),
  row('dispatch', ['filed'], 'dispatched', [...desk, 'supervisor'], ['unit']),
  row('accept', ['dispatched'], 'accepted', field, [], ['assigned']),
  row('start', ['accepted'], 'handling', field, [], ['assigned']),
  row('handle', ['accepted', 'handling'], 'handled', field, ['note'], ['assigned']),
  row('return', ['dispatched', 'accepted', 'handling'], 'filed', field, ['note'], ['assigned']),
  row('verify', ['handled'], 'verified', [...desk, 'supervisor'], [], ['not-the-handler']),
  row('close', ['verified'], 'closed', [...desk, 'supervisor']),
  row('reopen', ['handled', 'verified'], 'handling', [...desk, 'supervisor'], ['note']),
  row('reopen', ['closed', 'rejected'], 'filed', [...desk, 'supervisor'], ['note']),
  row(
    'withdraw',
    ['received', 'filed', 'dispatched'],
    'withdrawn',
    [...field, 'resident'],
    ['note'],
    ['reporter'],
  ),
  row('urge', openStatuses, null, [...desk, 'supervisor', 'resident'], ['note'], ['reporter']),
  row('supervise', openStatuses, null, ['admin', 'supervisor'], ['note']),
  row(
    'comment',
    ticketStatuses,
    null,
    ['admin', 'staff', 'grid', 'unit', 'supervisor', 'resident'],
    ['note'],
  ),
]

const built: ReadonlySet<TicketAction> = new Set(transitions.map(({ action }) => action))

export type Refusal =
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'forbidden'; readonly why: string }
  | { readonly kind: 'not-allowed' }
  | { readonly kind: 'missing'; readonly missing: readonly Demand[] }

/** What was sent along with an action. */
export interface Offer {
  readonly note?: string | undefined
  readonly unit?: string | undefined
  readonly assignee?: string | undefined
}

/** May this person do this to a ticket in this state, with what was sent? */
export function decide(
  ticket: TicketState,
  person: Person,
  action: TicketAction,
  offer: Offer,
): Result<Transition, Refusal> {
  if (!built.has(action)) return err({ kind: 'unavailable' })
  const rows = transitions.filter((row) => row.action === action)
  if (!rows.some(({ roles }) => person.role !== null && roles.includes(person.role))) {
    return err({ kind: 'forbidden', why: `${action} is not for this role` })
  }
  const found = rows.find(({ from }) => from.includes(ticket.status))
  if (found === undefined) return err({ kind: 'not-allowed' })
  const broken = found.guards.find((guard) => !holds(guard, ticket, person))
  if (broken !== undefined) return err({ kind: 'forbidden', why: guardWords[broken] })
  const missing = found.demands.filter((demand) => !offers(demand, offer))
  return missing.length > 0 ? err({ kind: 'missing', missing }) : ok(found)
}

/** What a person may do now; demands aside, since they are asked for. */
export function allowedActions(ticket: TicketState, person: Person): TicketAction[] {
  const full = { note: 'x', unit: 'x' }
  return ticketActions.filter((action) => decide(ticket, person, action, full).ok)
}

const guardWords: Record<Guard, string> = {
  assigned: 'the ticket is with somebody else',
  reporter: 'only who reported it may do that',
  'not-the-handler': 'who checks is not who handled',
}

function holds(guard: Guard, ticket: TicketState, person: Person): boolean {
  // A box has at least one person who may do everything, or a small community could never close.
  if (person.role === 'admin') return true
  switch (guard) {
    case 'assigned':
      if (person.role === 'unit') return person.unit !== null && ticket.unit === person.unit
      if (person.role !== 'grid') return true
      return ticket.assigneeId === null || ticket.assigneeId === person.id
    case 'reporter':
      return (
        person.role === 'staff' || person.role === 'supervisor' || ticket.reporter === person.id
      )
    case 'not-the-handler':
      return ticket.handledBy !== person.id
  }
}

function offers(demand: Demand, offer: Offer): boolean {
  switch (demand) {
    case 'note':
      return (offer.note ?? '').trim() !== ''
    case 'unit':
      return (offer.unit ?? '') !== '' || (offer.assignee ?? '') !== ''
  }
}
