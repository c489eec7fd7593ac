import { CodedError } from '../../contracts/errors.ts'
import { type AnomalyRow, entryOf, reportOf } from '../anomalies/candidate.ts'
import {
  draftOf,
  joinTicket,
  openTicket,
  openTicketOf,
  saveCounts,
} from '../anomalies/ticket-of.ts'
import { type Principal, actorOf, seesCommunity } from '../auth/principal.ts'
import type { Db, Trx } from '../db/open.ts'
import { emit } from '../events/emit.ts'
import { type TicketDeps, addTimeline } from '../tickets/record.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import { findWatched, watchedItem } from './watchlist.ts'

export interface Decision {
  readonly verdict: 'confirmed' | 'dismissed'
  readonly reason: string
}

/** The candidate, if this person may know of it; else 404. */
export async function findCandidate(
  db: Db | Trx,
  id: string,
  principal: Principal,
): Promise<AnomalyRow> {
  const row = await db
    .selectFrom('anomalies')
    .selectAll()
    .where('id', '=', id)
    .where('state', 'in', ['candidate', 'confirmed', 'dismissed'])
    .executeTakeFirst()
  if (row === undefined || !seesCommunity(principal, row.community)) {
    throw new CodedError('not-found', `candidate ${id}`)
  }
  return row
}

/**
 * A person has compared (control C9). Confirmed: a ticket of that person, or the open one of the same entry
 * and camera, and only while the entry is in force. Dismissed: nothing but the record of it. Once only.
 */
export async function decideCandidate(
  trx: Trx,
  deps: TicketDeps,
  id: string,
  decision: Decision,
  given: { readonly principal: Principal; readonly now: number },
): Promise<AnomalyRow> {
  const { principal, now } = given
  const { verdict, reason } = decision
  const row = await findCandidate(trx, id, principal)
  if (row.state !== 'candidate') {
    throw new CodedError('conflict.exists', `the candidate is ${row.state}`)
  }
  const ticket =
    verdict === 'confirmed' ? await ticketFor(trx, deps, row, decision.reason, given) : null
  const decided = {
    state: verdict,
    ticket_id: ticket?.id ?? '',
    decided_by: JSON.stringify(actorOf(principal)),
    decided_at: now,
    decision_reason: reason,
  }
  await trx.updateTable('anomalies').set(decided).where('id', '=', id).execute()
  const { type, key, community } = row
  await emit(trx, {
    name: 'anomaly',
    ts: now,
    community,
    unit: null,
    data: { id, type, key, community, ticket: ticket?.id ?? null, state: verdict },
  })
  return { ...row, ...decided }
}

async function ticketFor(
  trx: Trx,
  deps: TicketDeps,
  row: AnomalyRow,
  reason: string,
  { principal, now }: { readonly principal: Principal; readonly now: number },
): Promise<TicketRow> {
  const entry = await findWatched(trx, entryOf(row.key))
  const state = entry === null ? 'gone' : watchedItem(entry, now).state
  if (state !== 'approved' || entry?.community !== row.community) {
    throw new CodedError('watchlist.ended', `the entry is ${state}`)
  }
  const report = reportOf(row)
  const by = { actor: actorOf(principal), now }
  const open = await openTicketOf(trx, row.community, row.key)
  const draft = {
    ...draftOf(report, row.community, now),
    source: { kind: 'staff', device: row.device, channel: 'watchlist', reporter: principal.id },
  }
  const ticket =
    open === null
      ? await openTicket(trx, deps, draft, report.evidence ?? [], by)
      : await joinTicket(trx, deps, report, open, by)
  const next = { ...ticket, comments: ticket.comments + 1 }
  await saveCounts(trx, next)
  await addTimeline(trx, deps, ticket.id, {
    kind: 'comment',
    actor: by.actor,
    ts: now,
    note: reason,
  })
  return next
}
