import type { Severity } from '../../contracts/anomaly.ts'
import type { NotificationDetail, NotificationItem } from '../../contracts/http/notify.ts'
import type { LocalText } from '../../contracts/text.ts'
import { screenChannel } from '../../contracts/notify.ts'
import type { Principal } from '../auth/principal.ts'
import { fromJson } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { maskName, maskPhone, seesPeople } from '../people/mask.ts'
import type { NotificationRow } from './message-of.ts'

export interface NotificationFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly incident?: string | undefined
  readonly channel?: string | undefined
  readonly person?: string | undefined
  readonly state?: string | undefined
  readonly severity?: Severity | undefined
  readonly digest?: string | undefined
}

/** Newest first, of the communities of who asks. */
export async function listNotifications(
  db: Db,
  filter: NotificationFilter,
  principal: Principal,
): Promise<{ items: NotificationItem[]; next: string | null }> {
  let query = db.selectFrom('notifications').selectAll()
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  for (const column of ['incident', 'channel', 'person', 'state', 'severity', 'digest'] as const) {
    const value = filter[column]
    if (value !== undefined) query = query.where(column, '=', value)
  }
  if (filter.cursor !== undefined) {
    const [seq] = decodeCursor(filter.cursor, ['number'])
    query = query.where('seq', '<', seq)
  }
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.seq],
    (row) => itemOf(row, principal),
  )
}

/** The messages of a person's own screen; what a digest gathered is among them. */
export async function inboxOf(
  db: Db,
  principal: Principal,
  filter: Pick<NotificationFilter, 'limit' | 'cursor'> & { readonly open?: boolean | undefined },
): Promise<{ items: NotificationItem[]; next: string | null }> {
  let query = db
    .selectFrom('notifications')
    .selectAll()
    .where('person', '=', `user:${principal.id}`)
    .where('channel', '=', screenChannel)
  if (filter.open === true)
    query = query
      .where('kind', 'in', ['alarm', 'reminder'])
      .where('state', 'in', ['sent', 'delivered', 'digested'])
      .where('acknowledged_by', 'is', null)
      .where((eb) => eb.or([eb('reason', 'is', null), eb('reason', '!=', 'resolved')]))
  if (filter.cursor !== undefined) {
    const [seq] = decodeCursor(filter.cursor, ['number'])
    query = query.where('seq', '<', seq)
  }
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.seq],
    (row) => itemOf(row, principal),
  )
}

export const findNotification = async (db: Db | Trx, id: string): Promise<NotificationRow | null> =>
  (await db.selectFrom('notifications').selectAll().where('id', '=', id).executeTakeFirst()) ?? null

export async function detailOf(
  db: Db,
  row: NotificationRow,
  principal: Principal,
): Promise<NotificationDetail> {
  const tries = await db
    .selectFrom('notification_attempts')
    .selectAll()
    .where('notification', '=', row.id)
    .orderBy('seq')
    .limit(50)
    .execute()
  return {
    ...itemOf(row, principal),
    tries: tries.map(({ at, ok, code, detail, took_ms }) => ({
      at,
      ok: ok === 1,
      code,
      detail,
      tookMs: took_ms,
    })),
  }
}

function itemOf(row: NotificationRow, { role }: Principal): NotificationItem {
  const { title, body } = fromJson(row.text) as { title: LocalText; body: LocalText }
  // Robots and devices are no people.
  const shown = seesPeople(role) || !/^(user|contact):/.test(row.person)
  return {
    id: row.id,
    incident: row.incident,
    step: row.step,
    community: row.community,
    severity: row.severity as Severity,
    kind: row.kind as NotificationItem['kind'],
    person: row.person,
    personName: shown ? row.person_name : maskName(row.person_name),
    channel: row.channel,
    address: row.address === null ? null : maskAddress(row.address),
    title,
    body,
    link: row.link,
    state: row.state as NotificationItem['state'],
    reason: row.reason,
    createdAt: row.created_at,
    nextAt: row.next_at,
    sentAt: row.sent_at,
    deliveredAt: row.delivered_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    attempts: row.attempts,
    repeats: row.repeats,
    lateMs: row.late_ms,
    digest: row.digest,
  }
}

/** `w***@example.org`, `138****1111`; ids of devices stay. */
function maskAddress(address: string): string {
  const at = address.indexOf('@')
  if (at > 0) return `${address.slice(0, 1)}***${address.slice(at)}`
  return /^\+?[0-9 -]+$/.test(address) ? maskPhone(address) : address
}
