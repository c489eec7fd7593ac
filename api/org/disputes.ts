import type { Selectable } from 'kysely'
import { CodedError } from '../../contracts/errors.ts'
import type { Dispute, DisputeCreate, RulingBody } from '../../contracts/http/duties.ts'
import { newId } from '../../contracts/ids.ts'
import type { Place } from '../../contracts/place.ts'
import { type Principal, actorOf } from '../auth/principal.ts'
import { fromJsonOrNull } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import type { DutyDisputesTable } from '../db/org-schema.ts'
import { type ActDeps, act } from '../tickets/act.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import { type DutyDeps, writeDuty } from './duties.ts'

export type DisputeRow = Selectable<DutyDisputesTable>

export interface DisputeDeps extends DutyDeps {
  readonly tickets: ActDeps
}

export function disputeOf(row: DisputeRow): Dispute {
  const { ruled_unit: unit, ruled_reason: reason, ruled_by: by, ruled_at: at } = row
  const ruled = unit !== null && reason !== null && by !== null && at !== null
  return {
    id: row.id,
    ticket: row.ticket_id,
    community: row.community,
    category: row.category,
    area: row.area,
    unit: row.unit,
    proposed: row.proposed,
    reason: row.reason,
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    ruling: ruled ? { unit, reason, by, at, duty: row.duty } : null,
  }
}

/**
 * A unit says that a ticket is not its business: the ticket goes back to the desk, and somebody above
 * both will rule. A unit disputes a ticket once, and never one that a ruling gave to it.
 */
export async function openDispute(
  trx: Trx,
  deps: DisputeDeps,
  ticket: TicketRow,
  principal: Principal,
  body: DisputeCreate,
  now: number,
): Promise<DisputeRow> {
  const { unit } = ticket
  if (unit === null) throw new CodedError('request.invalid', 'the ticket is with no unit')
  const { proposed = null } = body
  if (proposed !== null && (proposed === unit || !deps.units.some(({ id }) => id === proposed)))
    throw new CodedError('request.invalid', `proposed: unit ${proposed}`)
  await refuseRepeat(trx, ticket.id, unit)
  await act(trx, deps.tickets, ticket, principal, 'return', { note: body.reason.trim() }, now)
  const grid = (fromJsonOrNull(ticket.place) as Place | null)?.grid
  const row: DisputeRow = {
    id: newId('dispute', now, deps.random),
    ticket_id: ticket.id,
    community: ticket.community,
    category: ticket.category,
    area: deps.units.some(({ id }) => id === grid) ? (grid ?? null) : ticket.community,
    unit,
    proposed,
    reason: body.reason.trim(),
    opened_by: actorOf(principal).name,
    opened_at: now,
    ruled_unit: null,
    ruled_reason: null,
    ruled_by: null,
    ruled_at: null,
    duty: null,
  }
  await trx.insertInto('duty_disputes').values(row).execute()
  return row
}

async function refuseRepeat(trx: Trx, ticket: string, unit: string): Promise<void> {
  const before = await trx
    .selectFrom('duty_disputes')
    .selectAll()
    .where('ticket_id', '=', ticket)
    .where((eb) => eb.or([eb('unit', '=', unit), eb('ruled_unit', '=', unit)]))
    .execute()
  if (before.some(({ ruled_unit }) => ruled_unit !== null))
    throw new CodedError('dispute.ruled', `${unit} on ${ticket}`)
  if (before.length > 0) throw new CodedError('conflict.exists', `${unit} disputes ${ticket}`)
}

/**
 * Decides a dispute, once. The ticket goes to the unit named, if it still waits at the desk; with
 * `duty` the list says so from now on, and names the dispute that it comes from.
 */
export async function recordRuling(
  trx: Trx,
  deps: DisputeDeps,
  dispute: DisputeRow,
  principal: Principal,
  body: RulingBody,
  now: number,
): Promise<DisputeRow> {
  if (dispute.ruled_at !== null) throw new CodedError('dispute.ruled', dispute.id)
  if (!deps.units.some(({ id }) => id === body.unit))
    throw new CodedError('request.invalid', `no unit ${body.unit}`)
  const by = actorOf(principal)
  const reason = body.reason.trim()
  let duty: string | null = null
  if (body.duty !== undefined) {
    const category = body.duty.category ?? dispute.category
    if (category === null)
      throw new CodedError('request.invalid', 'duty.category: the ticket has none')
    const area = body.duty.area === undefined ? dispute.area : body.duty.area
    const wanted = { category, area, unit: body.unit, reason }
    duty = (await writeDuty(trx, deps, wanted, { by, now, dispute: dispute.id })).id
  }
  const ruled = {
    ruled_unit: body.unit,
    ruled_reason: reason,
    ruled_by: by.name,
    ruled_at: now,
    duty,
  }
  const written = await trx
    .updateTable('duty_disputes')
    .set(ruled)
    .where('id', '=', dispute.id)
    .where('ruled_at', 'is', null)
    .executeTakeFirst()
  // Two at once: the first one binds.
  if (written.numUpdatedRows === 0n) throw new CodedError('dispute.ruled', dispute.id)
  const ticket = await trx
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', dispute.ticket_id)
    .executeTakeFirst()
  if (ticket?.status === 'filed') {
    const given = { unit: body.unit, note: reason }
    await act(trx, deps.tickets, ticket, principal, 'dispatch', given, now)
  }
  return { ...dispute, ...ruled }
}
