import type { LadderBook } from '../../config/ladders.ts'
import type { AnomalyType, Severity } from '../../contracts/anomaly.ts'
import type { Ladder } from '../../contracts/ladder.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'

/** The ladder of a ticket; null where there is none, or none with a step. */
export function ladderOf(book: LadderBook, ticket: TicketRow): Ladder | null {
  if (ticket.anomaly_type === null) return null
  const ladder = book.ladderFor(
    ticket.community,
    ticket.anomaly_type as AnomalyType,
    ticket.severity as Severity,
  )
  return ladder === null || ladder.steps.length === 0 ? null : ladder
}
