import type { Severity } from '../../contracts/anomaly.ts'
import { fromJson } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Actor } from '../auth/principal.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import { acknowledge, stopIncident } from './acknowledge.ts'
import { type NotifyDeps, notify } from './notify.ts'
import { bodyOf, tellOpened, ticketOf, titleOf } from './tell-opened.ts'
import { isPressed, tellPressed } from './tell-pressed.ts'

const eventsPerRun = 200
const taken: ReadonlySet<string> = new Set(['accept', 'start'])
const ended: ReadonlySet<string> = new Set(['close', 'reject', 'withdraw'])

export interface FollowDeps extends NotifyDeps {
  /** Whether a ladder says who hears of a ticket, and when: staff then get its message and no other. */
  readonly climbs: (ticket: TicketRow) => boolean
}

/**
 * Follows what happens to tickets: new grave ones are told to those who are there for them, whoever takes
 * one stops its alarms, who is urged hears of it, and its end is told to those who were alarmed. Each event is followed once, by
 * a cursor in the same transaction. True where there may be more.
 */
export async function followTickets(trx: Trx, deps: FollowDeps): Promise<boolean> {
  const { event: from } = await trx
    .selectFrom('notify_cursor')
    .select('event')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  const events = await trx
    .selectFrom('stream_events')
    .select(['id', 'name', 'data', 'ts'])
    .where('id', '>', from)
    .orderBy('id')
    .limit(eventsPerRun)
    .execute()
  const last = events.at(-1)
  if (last === undefined) return false
  for (const { name, data, ts } of events) {
    if (name !== 'ticket') continue
    const { id, change } = fromJson(data) as { id: string; change: string }
    await followOne(trx, deps, id, change, ts)
  }
  await trx.updateTable('notify_cursor').set({ event: last.id }).where('id', '=', 1).execute()
  return events.length === eventsPerRun
}

/** Whether anything happened since; cheap. */
export async function isBehind(db: Db): Promise<boolean> {
  const found = await db
    .selectFrom('stream_events')
    .innerJoin('notify_cursor', (join) => join.on('notify_cursor.id', '=', 1))
    .select('stream_events.id')
    .whereRef('stream_events.id', '>', 'notify_cursor.event')
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

async function followOne(
  trx: Trx,
  deps: FollowDeps,
  id: string,
  change: string,
  ts: number,
): Promise<void> {
  if (change === 'opened') await tellOpened(trx, deps, id, deps.climbs)
  else if (taken.has(change)) await acknowledge(trx, id, await takerOf(trx, id, change, ts))
  else if (isPressed(change)) await tellPressed(trx, deps, id, change, ts)
  else if (ended.has(change)) await tellEnd(trx, deps, id, change)
}

async function tellEnd(trx: Trx, deps: NotifyDeps, id: string, change: string): Promise<void> {
  const ticket = await ticketOf(trx, id)
  if (ticket === undefined) return
  await stopIncident(trx, id)
  const title = titleOf(ticket)
  await notify(trx, deps, {
    incident: id,
    // Closed, opened again and closed: each end is one of its own.
    step: `${change}-${ticket.closed_at ?? ticket.revision}`,
    community: ticket.community,
    severity: ticket.severity as Severity,
    kind: 'relief',
    to: [],
    text: {
      title: { zh: `已解除：${title.zh}`, en: `Over: ${title.en}` },
      body: await lastWords(trx, id, ticket),
    },
    link: `/tickets/${id}`,
  })
}

/** The proof: what the timeline says last, as that of a resident who was seen. */
async function lastWords(trx: Trx, id: string, ticket: TicketRow) {
  const entry = await trx
    .selectFrom('ticket_timeline')
    .select(['note', 'note_en'])
    .where('ticket_id', '=', id)
    .where('kind', 'in', ['cleared', 'close', 'reject', 'withdraw'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const where = bodyOf(ticket)
  const zh = entry?.note ?? ''
  const en = entry?.note_en ?? zh
  return { zh: `${where.zh} ${zh}`.trim(), en: `${where.en} ${en}`.trim() }
}

async function takerOf(trx: Trx, id: string, change: string, at: number) {
  const entry = await trx
    .selectFrom('ticket_timeline')
    .select('actor')
    .where('ticket_id', '=', id)
    .where('kind', '=', change)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const actor = entry === undefined ? null : (fromJson(entry.actor) as Actor)
  return { id: actor?.id ?? 'linli', name: actor?.name ?? 'Linli', at }
}
