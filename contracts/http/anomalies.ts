import Type, { type Static } from 'typebox'
import { AnomalyReport, Evidence } from '../anomaly.ts'
import { LocalText } from '../text.ts'
import { TicketSummary } from '../ticket.ts'

const nullable = <T extends Parameters<typeof Type.Array>[0]>(schema: T) =>
  Type.Union([schema, Type.Null()])

const TicketRef = Type.Object({
  id: Type.String(),
  number: Type.String(),
  status: TicketSummary.properties.status,
})

/**
 * Answer of `POST /anomalies`: 201 when it opened a ticket, 200 when it joined one; a repeat gets the first
 * answer. `ticket` is null for a candidate of the watch-list, and for late evidence of what is not known.
 */
export const AnomalyAnswer = Type.Object({
  anomaly: Type.String({ description: 'its id' }),
  ticket: nullable(TicketRef),
  opened: Type.Boolean(),
})
export type AnomalyAnswer = Static<typeof AnomalyAnswer>

/** Answer of `POST /anomalies/clear`; `ticket` is null where no open ticket has the key. */
export const ClearAnswer = Type.Object({
  clear: Type.String({ description: 'its id' }),
  ticket: nullable(TicketRef),
  closed: Type.Boolean(),
})
export type ClearAnswer = Static<typeof ClearAnswer>

/** What a person is asked to compare (control C9). It says whom somebody may look like, not who it is. */
const Candidate = Type.Object({
  entry: Type.String({ description: 'of the watch-list' }),
  title: LocalText,
  description: LocalText,
  evidence: Type.Array(Evidence),
  sightings: Type.Integer({ description: 'reports of it before somebody decided' }),
  decidedBy: nullable(Type.String({ description: 'name' })),
  decidedAt: nullable(Type.Number()),
  reason: nullable(Type.String()),
})

/** `POST /watchlist/candidates/{anomaly}/confirm` and `…/dismiss`: answered with the item. */
export const CandidateDecision = Type.Object({
  reason: Type.String({ minLength: 2, maxLength: 500 }),
})
export type CandidateDecision = Static<typeof CandidateDecision>

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
  ticket: nullable(Type.String({ description: 'id' })),
  opened: Type.Boolean(),
  /** Everything but a candidate of the watch-list has a ticket from the start. */
  state: Type.Enum(['ticket', 'candidate', 'confirmed', 'dismissed']),
  candidate: nullable(Candidate),
})
export type AnomalyItem = Static<typeof AnomalyItem>
