import { anomalyDefaults } from '../../config/anomaly-defaults.ts'
import { type AnomalyReport, type Evidence, defaultSeverity } from '../../contracts/anomaly.ts'
import type { Actor } from '../auth/principal.ts'
import type { Trx } from '../db/open.ts'
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

/** A sensor that keeps on would bury what people did: later repeats are counted only. */
const repeatsTold = 50

export interface By {
  readonly actor: Actor
  readonly now: number
}

/** The open ticket of a dedupe key; there is one at most. */
export async function openTicketOf(
  trx: Trx,
  community: string,
  key: string,
): Promise<TicketRow | null> {
  const row = await trx
    .selectFrom('tickets')
    .selectAll()
    .where('open_key', '=', openKeyOf(community, key))
    .executeTakeFirst()
  return row ?? null
}

/** A machine's report as a ticket. */
export function draftOf(report: AnomalyReport, community: string, now: number): Draft {
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

export async function openTicket(
  trx: Trx,
  deps: TicketDeps,
  draft: Draft,
  evidence: readonly Evidence[],
  { actor, now }: By,
): Promise<TicketRow> {
  const ticket = await insertTicket(trx, deps, draft, actor, now)
  if (evidence.length > 0) {
    await addEvidence(trx, ticket, evidence, now)
    await saveCounts(trx, ticket)
  }
  await announce(trx, ticket, 'opened', now)
  await deps.follower?.opened(trx, ticket, now)
  return ticket
}

/** The same condition again: the open ticket counts it and takes its evidence. */
export async function joinTicket(
  trx: Trx,
  deps: TicketDeps,
  report: AnomalyReport,
  open: TicketRow,
  { actor, now }: By,
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
    const note = report.description ?? null
    await addTimeline(trx, deps, ticket.id, { kind: 'repeated', actor, ts: now, note })
  }
  await announce(trx, ticket, 'repeated', now)
  await deps.follower?.repeated(trx, ticket, now)
  return ticket
}

export async function saveCounts(trx: Trx, ticket: TicketRow): Promise<void> {
  await trx
    .updateTable('tickets')
    .set({
      repeats: ticket.repeats,
      evidence_count: ticket.evidence_count,
      comments: ticket.comments,
      picture: ticket.picture,
      anomaly_cleared_at: ticket.anomaly_cleared_at,
      updated_at: ticket.updated_at,
    })
    .where('id', '=', ticket.id)
    .execute()
}
