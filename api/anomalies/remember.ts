import { type AnomalyReport, defaultSeverity } from '../../contracts/anomaly.ts'
import type { AnomalyAnswer } from '../../contracts/http/anomalies.ts'
import type { TicketStatus } from '../../contracts/ticket.ts'
import { toJsonOrNull } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { emit } from '../events/emit.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'

export interface ReportOutcome {
  /** 201 when a ticket was opened, else 200. */
  readonly status: number
  readonly answer: AnomalyAnswer
}

/** What became of a report. */
export interface Became {
  readonly community: string
  readonly ticket: Pick<TicketRow, 'id' | 'number' | 'status'> | null
  readonly opened: boolean
  readonly now: number
  /** Of what has no ticket of its own; see the schema. */
  readonly state?: 'candidate' | 'joined' | 'evidence'
  readonly candidate?: string
}

export const answerOf = (
  report: AnomalyReport,
  { ticket, opened }: Pick<Became, 'ticket' | 'opened'>,
): ReportOutcome => ({
  status: opened ? 201 : 200,
  answer: {
    anomaly: report.id,
    ticket:
      ticket === null
        ? null
        : { id: ticket.id, number: ticket.number, status: ticket.status as TicketStatus },
    opened,
  },
})

/** Writes down the report with its answer, which every repeat of its id gets again. */
export async function remember(
  trx: Trx,
  report: AnomalyReport,
  became: Became,
): Promise<ReportOutcome> {
  const outcome = answerOf(report, became)
  const { community, ticket, opened, now } = became
  await trx
    .insertInto('anomalies')
    .values({
      id: report.id,
      community,
      type: report.type,
      key: report.key,
      severity: report.severity ?? defaultSeverity[report.type],
      device: report.device ?? null,
      place: toJsonOrNull(report.place),
      subject: toJsonOrNull(report.subject),
      ticket_id: ticket?.id ?? '',
      opened: opened ? 1 : 0,
      answer_status: outcome.status,
      answer: JSON.stringify(outcome.answer),
      raised_at: report.raisedAt ?? now,
      received_at: now,
      state: became.state ?? null,
      candidate: became.candidate ?? null,
      ...(became.state === 'candidate' ? { report: JSON.stringify(report), sightings: 1 } : {}),
    })
    .execute()
  return outcome
}

/** Tells the stream of a report. */
export async function tell(
  trx: Trx,
  report: AnomalyReport,
  { community, ticket, opened, now, state }: Became,
): Promise<void> {
  const { id, type, key } = report
  const severity = report.severity ?? defaultSeverity[type]
  await emit(trx, {
    name: 'anomaly',
    ts: now,
    community,
    unit: null,
    data: {
      id,
      type,
      key,
      severity,
      community,
      ticket: ticket?.id ?? null,
      opened,
      state: state === undefined ? 'ticket' : 'candidate',
    },
  })
}
