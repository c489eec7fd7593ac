import type { Ticket, TicketStatus } from '../../../../contracts/ticket.ts'

export const stepIds = [
  'received',
  'filed',
  'dispatched',
  'accepted',
  'handling',
  'verified',
  'closed',
] as const
export type StepId = (typeof stepIds)[number]

export interface Step {
  readonly id: StepId
  readonly state: 'done' | 'current' | 'ahead'
  /** When it was reached; null while ahead, or where it was passed over. */
  readonly at: number | null
}

/** The step that is going on, by index; past the end once all are done. */
const currentOf: Readonly<Record<TicketStatus, number>> = {
  received: 1,
  filed: 2,
  dispatched: 3,
  accepted: 4,
  handling: 4,
  handled: 5,
  verified: 6,
  closed: 7,
  rejected: 7,
  withdrawn: 7,
}

/** 处置 is done when the ticket is handled; the other steps when their status is reached. */
const reachedBy: Readonly<Record<StepId, TicketStatus>> = {
  received: 'received',
  filed: 'filed',
  dispatched: 'dispatched',
  accepted: 'accepted',
  handling: 'handled',
  verified: 'verified',
  closed: 'closed',
}

/** A reopened ticket counts the last time that it reached a step. */
export function stepsOf(ticket: Pick<Ticket, 'status' | 'timeline' | 'createdAt'>): Step[] {
  const current = currentOf[ticket.status]
  return stepIds.map((id, index) => {
    const state = index < current ? 'done' : index === current ? 'current' : 'ahead'
    const reached = ticket.timeline.findLast((entry) => entry.to === reachedBy[id])
    const at = id === 'received' ? ticket.createdAt : (reached?.ts ?? null)
    return { id, state, at: state === 'done' ? at : null }
  })
}
