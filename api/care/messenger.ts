import type { Acknowledger } from '../notify/acknowledge.ts'
import type { NotifyRequest } from '../notify/notify.ts'
import type { Trx } from '../db/open.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'

/** What the ladder needs of those who carry messages; everything within the caller's transaction. */
export interface Messenger {
  notify(trx: Trx, message: NotifyRequest): Promise<readonly string[]>
  acknowledge(trx: Trx, incident: string, by: Acknowledger): Promise<void>
  stopIncident(trx: Trx, incident: string): Promise<void>
  tellStaffUnlessTold(trx: Trx, ticket: TicketRow): Promise<void>
}
