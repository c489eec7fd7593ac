import Type, { type Static } from 'typebox'
import { AnomalyReport } from '../anomaly.ts'
import { TicketSummary } from '../ticket.ts'

const TicketRef = Type.Object({
  id: Type.String(),
  number: Type.String(),
  status: TicketSummary.properties.status,
})

/** Answer of `POST /anomalies`: 201 when it opened a ticket, 200 when it joined an open one; a repeat gets the first answer. */
export const AnomalyAnswer = Type.Object({
  anomaly: Type.String({ description: 'its id' }),
  ticket: TicketRef,
  opened: Type.Boolean(),
})
export type AnomalyAnswer = Static<typeof AnomalyAnswer>

/** Answer of `POST /anomalies/clear`; `ticket` is null where no open ticket has the key. */
export const ClearAnswer = Type.Object({
  clear: Type.String({ description: 'its id' }),
  ticket: Type.Union([TicketRef, Type.Null()]),
  closed: Type.Boolean(),
})
export type ClearAnswer = Static<typeof ClearAnswer>

/** Item of `GET /anomalies`. */
export const AnomalyItem = Type.Object({
  id: Type.String(),
  type: AnomalyReport.properties.type,
  key: Type.String(),
  severity: TicketSummary.properties.severity,
  community: Type.String(),
  device: Type.Union([Type.String(), Type.Null()]),
  place: TicketSummary.properties.place,
  subject: TicketSummary.properties.subject,
  raisedAt: Type.Number(),
  receivedAt: Type.Number(),
  ticket: Type.String({ description: 'id' }),
  opened: Type.Boolean(),
})
export type AnomalyItem = Static<typeof AnomalyItem>
