import type { AnomalyClear } from '../../contracts/anomaly.ts'
import type { ClearAnswer } from '../../contracts/http/anomalies.ts'
import type { TicketStatus } from '../../contracts/ticket.ts'
import { systemActor } from '../auth/principal.ts'
import { fromJson } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { emit } from '../events/emit.ts'
import { end } from '../tickets/act.ts'
import { type TicketDeps, addEvidence, addTimeline, announce } from '../tickets/record.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import type { ReportContext } from './report.ts'

/** Nobody has taken it in hand: it may close by itself. */
const untouched: ReadonlySet<TicketStatus> = new Set(['received', 'filed', 'dispatched'])

/**
 * The condition is over. The open ticket gets a `cleared` entry with the proof, and closes when the
 * gateway says that this resolves it and no person has begun to work on it. Idempotent by id.
 */
export async function clearAnomaly(
  trx: Trx,
  deps: TicketDeps,
  clear: AnomalyClear,
  context: ReportContext,
): Promise<ClearAnswer> {
  const before = await trx
    .selectFrom('anomaly_clears')
    .select('answer')
    .where('id', '=', clear.id)
    .executeTakeFirst()
  if (before !== undefined) return fromJson(before.answer) as ClearAnswer
  const open = await openTicketOf(trx, clear, context.ownCommunity)
  const ticket = open === null ? null : await applyClear(trx, deps, clear, open, context)
  const answer: ClearAnswer = {
    clear: clear.id,
    ticket:
      ticket === null
        ? null
        : {
            id: ticket.id,
            number: ticket.number,
            status: ticket.status as NonNullable<ClearAnswer['ticket']>['status'],
          },
    closed: ticket?.status === 'closed',
  }
  await trx
    .insertInto('anomaly_clears')
    .values({
      id: clear.id,
      key: clear.key,
      ticket_id: ticket?.id ?? null,
      answer: JSON.stringify(answer),
      cleared_at: clear.clearedAt,
      received_at: context.now,
    })
    .execute()
  return answer
}

/** Where no community is named, the box's own goes first. */
async function openTicketOf(
  trx: Trx,
  clear: AnomalyClear,
  ownCommunity: string,
): Promise<TicketRow | null> {
  const rows = await trx
    .selectFrom('tickets')
    .selectAll()
    .where('anomaly_key', '=', clear.key)
    .where('open_key', 'is not', null)
    .orderBy('created_at', 'desc')
    .limit(100)
    .execute()
  const wanted = clear.community ?? ownCommunity
  const exact = rows.find(({ community }) => community === wanted)
  if (exact !== undefined) return exact
  return clear.community === undefined ? (rows[0] ?? null) : null
}

async function applyClear(
  trx: Trx,
  deps: TicketDeps,
  clear: AnomalyClear,
  open: TicketRow,
  { actor, now }: ReportContext,
): Promise<TicketRow> {
  const closes = clear.resolves && untouched.has(open.status as TicketStatus)
  const ticket: TicketRow = {
    ...open,
    anomaly_cleared_at: clear.clearedAt,
    updated_at: now,
    revision: open.revision + 1,
  }
  await addEvidence(trx, ticket, clear.evidence ?? [], now)
  const note = clear.reason
  await addTimeline(trx, deps, ticket.id, { kind: 'cleared', actor, ts: now, note })
  if (closes) {
    ticket.status = 'closed'
    end(ticket, now)
    await addTimeline(trx, deps, ticket.id, {
      kind: 'close',
      actor: systemActor,
      ts: now,
      from: open.status,
      to: 'closed',
      note,
    })
  }
  await trx.updateTable('tickets').set(ticket).where('id', '=', ticket.id).execute()
  await announce(trx, ticket, closes ? 'close' : 'cleared', now)
  await emit(trx, {
    name: 'anomaly',
    ts: now,
    community: ticket.community,
    unit: null,
    data: { key: clear.key, cleared: true, community: ticket.community, ticket: ticket.id },
  })
  await deps.follower?.cleared(trx, ticket, clear, now)
  return ticket
}
