import type { Severity } from '../../contracts/anomaly.ts'
import type { Trx } from '../db/open.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import { type NotifyDeps, notify } from './notify.ts'
import type { Recipient } from './recipient.ts'
import { bodyOf, ticketOf, titleOf, workersOf } from './tell-opened.ts'

const words = {
  urge: { zh: '催办', en: 'Urged' },
  supervise: { zh: '督办', en: 'Under supervision' },
} as const
type Press = keyof typeof words

export const isPressed = (change: string): change is Press => Object.hasOwn(words, change)

/** Whoever has the ticket hears that somebody waits, with their words; where nobody has it, those who work there. */
export async function tellPressed(
  trx: Trx,
  deps: NotifyDeps,
  id: string,
  press: Press,
  at: number,
): Promise<void> {
  const ticket = await ticketOf(trx, id)
  if (ticket === undefined || ticket.closed_at !== null) return
  const title = titleOf(ticket)
  const where = bodyOf(ticket)
  const note = await noteOf(trx, id, press, at)
  await notify(trx, deps, {
    incident: id,
    // Twice urged is told twice.
    step: `${press}-${at}`,
    community: ticket.community,
    severity: ticket.severity as Severity,
    kind: 'reminder',
    to: await holders(trx, ticket),
    text: {
      title: { zh: `${words[press].zh}：${title.zh}`, en: `${words[press].en}: ${title.en}` },
      body: { zh: `${where.zh} ${note}`.trim(), en: `${where.en} ${note}`.trim() },
    },
    link: `/tickets/${id}`,
  })
}

async function holders(trx: Trx, ticket: TicketRow): Promise<Recipient[]> {
  if (ticket.assignee_id !== null) return [{ kind: 'user', id: ticket.assignee_id }]
  if (ticket.unit !== null) return [{ kind: 'unit', id: ticket.unit }]
  return (await workersOf(trx, ticket.community)).map((id) => ({ kind: 'user', id }))
}

async function noteOf(trx: Trx, id: string, press: Press, at: number): Promise<string> {
  const entry = await trx
    .selectFrom('ticket_timeline')
    .select('note')
    .where('ticket_id', '=', id)
    .where('kind', '=', press)
    .where('ts', '<=', at)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return entry?.note ?? ''
}
