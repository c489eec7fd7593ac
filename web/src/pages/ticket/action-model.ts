import type { TicketAction, TicketStatus, TicketSummary } from '../../../../contracts/ticket.ts'

export type ActionField = 'unit' | 'assignee' | 'note'

/** What a dialog asks for; an action without an entry acts at once. The server has the last word (422 `missing`). */
const fieldsOf: Partial<Readonly<Record<TicketAction, readonly ActionField[]>>> = {
  dispatch: ['unit', 'assignee', 'note'],
  reject: ['note'],
  handle: ['note'],
  return: ['note'],
  rule: ['note'],
  extend: ['note'],
  suspend: ['note'],
  verify: ['note'],
  close: ['note'],
  reopen: ['note'],
  supervise: ['note'],
  urge: ['note'],
  withdraw: ['note'],
  whistle: ['unit', 'note'],
  evaluate: ['note'],
}

/** Where a reason is owed to somebody. */
const noteNeeded: ReadonlySet<TicketAction> = new Set([
  'reject',
  'handle',
  'return',
  'extend',
  'suspend',
  'reopen',
  'supervise',
  'urge',
  'withdraw',
])

/** The one primary act per status, best first. */
const primaryOf: Readonly<Record<TicketStatus, readonly TicketAction[]>> = {
  received: ['dispatch', 'file'],
  filed: ['dispatch'],
  dispatched: ['accept'],
  accepted: ['start', 'handle'],
  handling: ['handle'],
  handled: ['verify'],
  verified: ['close'],
  closed: [],
  rejected: [],
  withdrawn: [],
}

export const askedFields = (action: TicketAction): readonly ActionField[] => fieldsOf[action] ?? []
export const needsNote = (action: TicketAction): boolean => noteNeeded.has(action)
export const actsAtOnce = (action: TicketAction): boolean => fieldsOf[action] === undefined

/** The primary act and the others that the server allows now; comments have their own box. */
export function actionsOf(ticket: TicketSummary): {
  primary: TicketAction | null
  others: TicketAction[]
} {
  const primary = primaryOf[ticket.status].find((act) => ticket.allowed.includes(act)) ?? null
  const others = ticket.allowed.filter((act) => act !== primary && act !== 'comment')
  return { primary, others }
}
