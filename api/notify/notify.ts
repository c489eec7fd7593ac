import type { NotifySettings } from '../../config/notify-schema.ts'
import type { Severity } from '../../contracts/anomaly.ts'
import { type Clock, hourMs } from '../../contracts/clock.ts'
import { newId } from '../../contracts/ids.ts'
import type { MessageKind } from '../../contracts/notify.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Insertable } from 'kysely'
import type { NotificationsTable } from '../db/notify-schema.ts'
import type { Trx } from '../db/open.ts'
import type { Random } from '../random.ts'
import { type Recipient, type Route, routesOf } from './recipient.ts'
import { reliefRoutes } from './relief.ts'
import type { WallClock } from './wall-clock.ts'

export interface NotifyRequest {
  /** Ticket, or whatever else it is about: acknowledging and stopping go by it. */
  readonly incident: string
  /** Of the incident: the same step reaches nobody twice. */
  readonly step: string
  readonly community: string
  readonly severity: Severity
  /** A relief goes to exactly those who were alarmed; `to` adds nobody. */
  readonly kind: Exclude<MessageKind, 'digest'>
  readonly to: readonly Recipient[]
  readonly text: { readonly title: LocalText; readonly body: LocalText }
  /** Path of the console. */
  readonly link?: string
}

export interface NotifyDeps {
  readonly clock: Clock
  readonly random: Random
  readonly settings: NotifySettings
  readonly wall: WallClock
  /** Messages that wait, as last counted: above the bound, new ones are only put on record. */
  readonly depth: () => number
}

export const queueMax = 200_000
const rowsPerInsert = 200

/**
 * Puts messages on the queue, in the caller's transaction: both happen or neither does. Idempotent per
 * incident, step, kind, person and channel. Answers the ids of all messages of this request, also of
 * those that were there before.
 */
export async function notify(
  trx: Trx,
  deps: NotifyDeps,
  request: NotifyRequest,
): Promise<readonly string[]> {
  const { settings, wall, clock } = deps
  const now = clock()
  const { incident, step, community, severity, kind } = request
  const routes =
    kind === 'relief'
      ? await reliefRoutes(trx, incident)
      : await routesOf(trx, request.to, { settings, community, severity, wall: () => wall.at(now) })
  const keyed = new Map(
    routes.map((route) => [[incident, step, kind, route.person, route.channel].join('|'), route]),
  )
  const before = await trx
    .selectFrom('notifications')
    .select(['id', 'key'])
    .where('incident', '=', incident)
    .where('step', '=', step)
    .where('kind', '=', kind)
    .execute()
  for (const { key } of before) keyed.delete(key)
  const rows = [...keyed].map(([key, route]) => rowOf(deps, request, key, route, now))
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await trx
      .insertInto('notifications')
      .values(rows.slice(from, from + rowsPerInsert))
      .execute()
  }
  return [...before, ...rows].map(({ id }) => id)
}

function rowOf(
  deps: NotifyDeps,
  request: NotifyRequest,
  key: string,
  route: Route,
  now: number,
): Insertable<NotificationsTable> {
  const { incident, step, community, severity, kind, text, link = null } = request
  const blocked = route.blocked ?? (deps.depth() >= queueMax ? 'queue-full' : null)
  return {
    id: newId('notification', now, deps.random),
    key,
    incident,
    step,
    community,
    severity,
    kind,
    person: route.person,
    person_name: route.personName,
    channel: route.channel,
    address: route.address,
    language: route.language,
    text: JSON.stringify(text),
    link,
    state: blocked === null ? 'queued' : 'suppressed',
    reason: blocked,
    next_at: blocked === null ? now : null,
    due_at: now,
    expires_at: now + deps.settings.expireHours * hourMs,
    created_at: now,
    released_at: null,
    sent_at: null,
    delivered_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    attempts: 0,
    repeats: 0,
    late_ms: null,
    digest: null,
    answers: route.answers ?? null,
  }
}
