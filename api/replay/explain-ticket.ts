import type { Subject } from '../../contracts/place.ts'
import { CodedError } from '../../contracts/errors.ts'
import type {
  ExplainRequest,
  GatewayExplanation,
  TicketExplanation,
} from '../../contracts/explain.ts'
import type { Db } from '../db/open.ts'
import { fromJsonOrNull } from '../db/json.ts'
import type { GatewayClient } from '../gateway/gateway-client.ts'
import { secondFile } from '../tickets/record.ts'
import { type TicketRow, evidenceOf } from '../tickets/ticket-row.ts'

const shownMax = 500

/** From the readings to the ticket and on: what the box replays, and what the platform wrote down. */
export async function explainTicket(
  db: Db,
  gateway: GatewayClient,
  row: TicketRow,
): Promise<TicketExplanation> {
  const anomaly = anomalyOf(row)
  const asked = anomaly === null ? null : await ask(gateway, anomaly)
  const evidence = await db
    .selectFrom('ticket_evidence')
    .select('body')
    .where('ticket_id', '=', row.id)
    .where('body', '!=', secondFile)
    .orderBy('seq')
    .limit(shownMax)
    .execute()
  const timeline = await db
    .selectFrom('ticket_timeline')
    .select(['ts', 'kind', 'actor', 'note'])
    .where('ticket_id', '=', row.id)
    .orderBy('seq')
    .limit(shownMax)
    .execute()
  const reports = await db
    .selectFrom('anomalies')
    .select(['id', 'raised_at', 'received_at'])
    .where('ticket_id', '=', row.id)
    .orderBy('received_at')
    .limit(shownMax)
    .execute()
  return {
    ticket: {
      id: row.id,
      number: row.number,
      title: row.title,
      status: row.status,
      createdAt: row.created_at,
    },
    anomaly,
    gateway: asked?.answer ?? null,
    problem: asked?.problem ?? null,
    reports: reports.map((report) => ({
      id: report.id,
      raisedAt: report.raised_at,
      receivedAt: report.received_at,
    })),
    evidence: evidence.map(({ body }) => evidenceOf(body)),
    timeline: timeline.map(({ ts, kind, actor, note }) => ({
      ts,
      what: kind,
      by: actorName(actor),
      note: note ?? '',
    })),
  }
}

function anomalyOf(row: TicketRow): ExplainRequest | null {
  if (row.anomaly_id === null || row.anomaly_key === null) return null
  return {
    anomaly: row.anomaly_id,
    key: row.anomaly_key,
    community: row.community,
    device: row.source_device,
    subject: fromJsonOrNull(row.subject) as Subject | null,
    raisedAt: row.anomaly_raised_at ?? row.created_at,
    rule: fromJsonOrNull(row.anomaly_rule) as ExplainRequest['rule'],
  }
}

/** A box that is away takes nothing from what is known here. */
async function ask(
  gateway: GatewayClient,
  anomaly: ExplainRequest,
): Promise<{ answer: GatewayExplanation | null; problem: string | null }> {
  try {
    return { answer: await gateway.explain(anomaly), problem: null }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { answer: null, problem: `${error.code}: ${error.message}` }
  }
}

const actorName = (actor: string): string => {
  const parsed = fromJsonOrNull(actor) as { name?: string; id?: string } | null
  return parsed?.name ?? parsed?.id ?? ''
}
