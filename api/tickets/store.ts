import { sql } from 'kysely'
import type { Evidence } from '../../contracts/anomaly.ts'
import type { Ticket, TicketSummary } from '../../contracts/ticket.ts'
import { type Principal, seesCommunity } from '../auth/principal.ts'
import type { Db, Trx } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { personOf } from './act.ts'
import { secondFile } from './record.ts'
import { openStatuses } from './state-machine.ts'
import { type TicketRow, evidenceOf, summaryOf, timelineEntryOf } from './ticket-row.ts'

/** A ticket's story is long but not endless: the newest of it. */
const timelineMax = 1_000

/** Residents see what they reported, units what they were given, everybody else their areas. */
export function maySee(principal: Principal, row: TicketRow): boolean {
  if (!seesCommunity(principal, row.community)) return false
  if (principal.role === 'resident') return row.source_reporter === principal.id
  if (principal.role === 'unit') return principal.unit !== null && row.unit === principal.unit
  return true
}

/** The row if this person may know of it, else null: a stranger's ticket does not exist. */
export async function findTicket(
  db: Db | Trx,
  id: string,
  principal: Principal,
): Promise<TicketRow | null> {
  const row = await db.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined || !maySee(principal, row) ? null : row
}

export async function wholeTicket(
  db: Db | Trx,
  row: TicketRow,
  principal: Principal,
): Promise<Ticket> {
  const evidence = await db
    .selectFrom('ticket_evidence')
    .select('body')
    .where('ticket_id', '=', row.id)
    .where('body', '!=', secondFile)
    .orderBy('seq')
    .execute()
  const timeline = await db
    .selectFrom('ticket_timeline')
    .selectAll()
    .where('ticket_id', '=', row.id)
    .orderBy('seq', 'desc')
    .limit(timelineMax)
    .execute()
  return {
    ...summaryOf(row, personOf(principal)),
    evidence: evidence.map(({ body }): Evidence => evidenceOf(body)),
    timeline: timeline.toReversed().map(timelineEntryOf),
  }
}

export interface TicketFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly community?: string | undefined
  readonly status?: string | undefined
  readonly severity?: string | undefined
  readonly category?: string | undefined
  readonly source?: string | undefined
  readonly assignee?: string | undefined
  readonly q?: string | undefined
  readonly open?: boolean | undefined
}

/** Newest first. A page costs the same wherever it stands: the cursor is a key, not an offset. */
export async function listTickets(
  db: Db,
  filter: TicketFilter,
  principal: Principal,
): Promise<{ items: TicketSummary[]; next: string | null }> {
  const rows = await scoped(db, filter, principal)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  const person = personOf(principal)
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.created_at, row.id],
    (row) => summaryOf(row, person),
  )
}

function scoped(db: Db, filter: TicketFilter, principal: Principal) {
  let query = filtered(db, filter, principal)
  // An empty list would be no condition at all in some dialects; nobody has the community ''.
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  if (principal.role === 'resident') query = query.where('source_reporter', '=', principal.id)
  if (principal.role === 'unit') query = query.where('unit', '=', principal.unit ?? '')
  if (filter.cursor === undefined) return query
  const [createdAt, id] = decodeCursor(filter.cursor, ['number', 'string'])
  return query.where((eb) =>
    eb.or([
      eb('created_at', '<', createdAt),
      eb.and([eb('created_at', '=', createdAt), eb('id', '<', id)]),
    ]),
  )
}

function filtered(db: Db, filter: TicketFilter, principal: Principal) {
  let query = db.selectFrom('tickets').selectAll()
  if (filter.community !== undefined) query = query.where('community', '=', filter.community)
  if (filter.status !== undefined) query = query.where('status', 'in', filter.status.split(','))
  if (filter.severity !== undefined) {
    query = query.where('severity', 'in', filter.severity.split(','))
  }
  if (filter.category !== undefined) {
    query = query.where('category', 'in', filter.category.split(','))
  }
  if (filter.source !== undefined) query = query.where('source_kind', '=', filter.source)
  if (filter.assignee !== undefined) {
    const assignee = filter.assignee === 'me' ? principal.id : filter.assignee
    query = query.where('assignee_id', '=', assignee)
  }
  if (filter.open !== undefined) {
    query = query.where('status', filter.open ? 'in' : 'not in', [...openStatuses])
  }
  for (const word of (filter.q ?? '').toLowerCase().split(/\s+/u).slice(0, 8)) {
    if (word !== '') query = query.where(sql<boolean>`search like ${likeOf(word)} escape '\\'`)
  }
  return query
}

const likeOf = (word: string): string => `%${word.replaceAll(/[\\%_]/gu, '\\$&')}%`
