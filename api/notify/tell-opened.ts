import type { Severity } from '../../contracts/anomaly.ts'
import type { Place } from '../../contracts/place.ts'
import { fromJson, fromJsonOrNull } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import { type NotifyDeps, notify } from './notify.ts'
import type { Recipient } from './recipient.ts'

const told: ReadonlySet<string> = new Set(['critical', 'major'])

export const ticketOf = (trx: Trx, id: string): Promise<TicketRow | undefined> =>
  trx.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirst()

/** A new ticket is told to the configured groups, and where it is grave and no ladder does so to those who work there. */
export async function tellOpened(
  trx: Trx,
  deps: NotifyDeps,
  id: string,
  climbs: (ticket: TicketRow) => boolean,
): Promise<void> {
  const ticket = await ticketOf(trx, id)
  if (ticket === undefined || ticket.closed_at !== null) return
  const staff = climbs(ticket) ? [] : await staffFor(trx, deps, ticket)
  await tell(trx, deps, ticket, [...groupsFor(deps, ticket), ...staff])
}

/** A ladder has begun and reached nobody who works there: nobody would know. */
export async function tellStaffUnlessTold(
  trx: Trx,
  deps: NotifyDeps,
  ticket: TicketRow,
): Promise<void> {
  const heard = await trx
    .selectFrom('notifications')
    .select('id')
    .where('incident', '=', ticket.id)
    .where('kind', '=', 'alarm')
    .where('person', 'like', 'user:%')
    .limit(1)
    .executeTakeFirst()
  if (heard === undefined) await tell(trx, deps, ticket, await staffFor(trx, deps, ticket))
}

async function tell(
  trx: Trx,
  deps: NotifyDeps,
  ticket: TicketRow,
  to: readonly Recipient[],
): Promise<void> {
  if (to.length === 0) return
  await notify(trx, deps, {
    incident: ticket.id,
    step: 'opened',
    community: ticket.community,
    severity: ticket.severity as Severity,
    kind: 'alarm',
    to,
    text: { title: titleOf(ticket), body: bodyOf(ticket) },
    link: `/tickets/${ticket.id}`,
  })
}

const groupsFor = ({ settings }: NotifyDeps, ticket: TicketRow): Recipient[] =>
  settings.groups
    .filter(
      ({ communities, severities }) =>
        severities.includes(ticket.severity as Severity) &&
        (communities.length === 0 || communities.includes(ticket.community)),
    )
    .map(({ name }) => ({ kind: 'group', channel: name }))

async function staffFor(trx: Trx, { settings }: NotifyDeps, ticket: TicketRow) {
  if (!settings.staffOnScreen || !told.has(ticket.severity)) return []
  const workers = await workersOf(trx, ticket.community)
  return workers.map((id): Recipient => ({ kind: 'user', id }))
}

/** Who works in a community: staff and grid workers, by the areas of their accounts. */
export async function workersOf(trx: Trx, community: string): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('users')
    .select(['id', 'areas'])
    .where('role', 'in', ['staff', 'grid'])
    .where('disabled', '=', 0)
    // Cheaper than parsing all; a slug holds nothing that needs escaping.
    .where('areas', 'like', `%"${community}"%`)
    .limit(500)
    .execute()
  return rows
    .filter(({ areas }) => (fromJson(areas) as string[]).includes(community))
    .map(({ id }) => id)
}

export const titleOf = (ticket: TicketRow) => ({
  zh: ticket.title,
  en: ticket.title_en ?? ticket.title,
})

export function bodyOf(ticket: TicketRow) {
  const place = fromJsonOrNull(ticket.place) as Place | null
  const where = [ticket.number, place?.name].filter(Boolean).join(' ')
  return { zh: where, en: where }
}
