import { anomalyDefaults } from '../../config/anomaly-defaults.ts'
import { type AnomalyReport, defaultSeverity } from '../../contracts/anomaly.ts'
import type { AnomalyAnswer } from '../../contracts/http/anomalies.ts'
import type { Actor } from '../auth/principal.ts'
import { fromJson, toJsonOrNull } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { emit } from '../events/emit.ts'
import {
  type Draft,
  type TicketDeps,
  addEvidence,
  addTimeline,
  announce,
  insertTicket,
  openKeyOf,
} from '../tickets/record.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'

export interface ReportOutcome {
  /** 201 when a ticket was opened, 200 when an open one was joined. */
  readonly status: number
  readonly answer: AnomalyAnswer
}

/** A sensor that keeps on would bury what people did: later repeats are counted only. */
const repeatsTold = 50

export interface ReportContext {
  readonly actor: Actor
  readonly ownCommunity: string
  readonly now: number
}

/**
 * Takes one anomaly in, once: the id decides whether it was here before, the key whether a ticket for
 * it is open. Everything, stream events included, happens in the caller's one transaction.
 */
export async function reportAnomaly(
  trx: Trx,
  deps: TicketDeps,
  report: AnomalyReport,
  context: ReportContext,
): Promise<ReportOutcome> {
  const before = await trx
    .selectFrom('anomalies')
    .select(['answer', 'answer_status'])
    .where('id', '=', report.id)
    .executeTakeFirst()
  if (before !== undefined) {
    return { status: before.answer_status, answer: fromJson(before.answer) as AnomalyAnswer }
  }
  const community = report.community ?? context.ownCommunity
  const open = await trx
    .selectFrom('tickets')
    .selectAll()
    .where('open_key', '=', openKeyOf(community, report.key))
    .executeTakeFirst()
  const ticket =
    open === undefined
      ? await openTicket(trx, deps, report, community, context)
      : await joinTicket(trx, deps, report, open, context)
  return remember(trx, report, community, ticket, open === undefined, context.now)
}

async function openTicket(
  trx: Trx,
  deps: TicketDeps,
  report: AnomalyReport,
  community: string,
  { actor, now }: ReportContext,
): Promise<TicketRow> {
  const ticket = await insertTicket(trx, deps, draftOf(report, community, now), actor, now)
  if ((report.evidence ?? []).length > 0) {
    await addEvidence(trx, ticket, report.evidence ?? [], now)
    await saveCounts(trx, ticket)
  }
  await announce(trx, ticket, 'opened', now)
  return ticket
}

function draftOf(report: AnomalyReport, community: string, now: number): Draft {
  const { type } = report
  const { category, title, hours } = anomalyDefaults[type]
  return {
    community,
    // A machine's report needs no acceptance: what it saw is filed at once.
    status: 'filed',
    category,
    ...(hours === undefined ? {} : { hours }),
    severity: report.severity ?? defaultSeverity[type],
    place: report.place ?? null,
    subject: report.subject ?? null,
    source: { kind: 'machine', device: report.device ?? null, channel: 'gateway', reporter: null },
    title: report.title?.zh ?? title.zh,
    titleEn: report.title?.en ?? title.en,
    description: report.description?.zh ?? '',
    descriptionEn: report.description?.en ?? null,
    anomaly: {
      id: report.id,
      type,
      key: report.key,
      rule: report.rule ?? null,
      raisedAt: report.raisedAt ?? now,
    },
  }
}

async function joinTicket(
  trx: Trx,
  deps: TicketDeps,
  report: AnomalyReport,
  open: TicketRow,
  { actor, now }: ReportContext,
): Promise<TicketRow> {
  const ticket: TicketRow = {
    ...open,
    repeats: open.repeats + 1,
    anomaly_cleared_at: null,
    updated_at: now,
  }
  await addEvidence(trx, ticket, report.evidence ?? [], now)
  await saveCounts(trx, ticket)
  if (ticket.repeats <= repeatsTold) {
    const note = report.description?.zh ?? null
    await addTimeline(trx, deps, ticket.id, { kind: 'repeated', actor, ts: now, note })
  }
  await announce(trx, ticket, 'repeated', now)
  return ticket
}

async function saveCounts(trx: Trx, ticket: TicketRow): Promise<void> {
  await trx
    .updateTable('tickets')
    .set({
      repeats: ticket.repeats,
      evidence_count: ticket.evidence_count,
      picture: ticket.picture,
      anomaly_cleared_at: ticket.anomaly_cleared_at,
      updated_at: ticket.updated_at,
    })
    .where('id', '=', ticket.id)
    .execute()
}

async function remember(
  trx: Trx,
  report: AnomalyReport,
  community: string,
  ticket: TicketRow,
  opened: boolean,
  now: number,
): Promise<ReportOutcome> {
  const answer: AnomalyAnswer = {
    anomaly: report.id,
    ticket: {
      id: ticket.id,
      number: ticket.number,
      status: ticket.status as AnomalyAnswer['ticket']['status'],
    },
    opened,
  }
  const status = opened ? 201 : 200
  const { type } = report
  const severity = report.severity ?? defaultSeverity[type]
  await trx
    .insertInto('anomalies')
    .values({
      id: report.id,
      community,
      type,
      key: report.key,
      severity,
      device: report.device ?? null,
      place: toJsonOrNull(report.place),
      subject: toJsonOrNull(report.subject),
      ticket_id: ticket.id,
      opened: opened ? 1 : 0,
      answer_status: status,
      answer: JSON.stringify(answer),
      raised_at: report.raisedAt ?? now,
      received_at: now,
    })
    .execute()
  await emit(trx, {
    name: 'anomaly',
    ts: now,
    community,
    unit: null,
    data: { id: report.id, type, key: report.key, severity, community, ticket: ticket.id, opened },
  })
  return { status, answer }
}
