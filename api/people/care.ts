import { Value } from 'typebox/value'
import { CodedError } from '../../contracts/errors.ts'
import { CareReturned, type GatewayEvent } from '../../contracts/events.ts'
import type { SuspensionItem, VisitItem } from '../../contracts/http/care.ts'
import type { SuspensionCreate, VisitCreate } from '../../contracts/http/people.ts'
import { newId } from '../../contracts/ids.ts'
import type { RosterChange, RosterResident } from '../../contracts/roster.ts'
import type { Actor } from '../auth/principal.ts'
import { fromJsonOrNull, toJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { awayOf } from '../roster/rows.ts'
import { happenedAt } from './care-signs.ts'
import { findResident, type PeopleDeps, publishResident, type ResidentRow } from './residents.ts'
import { photosOf } from './visit-photos.ts'

type Away = RosterResident['away'][number]

/** Somebody said that the person is away: absence does not count meanwhile. */
export async function suspend(
  trx: Trx,
  deps: PeopleDeps,
  resident: ResidentRow,
  body: SuspensionCreate,
  actor: Actor,
  now: number,
): Promise<{ suspension: Away; change: RosterChange }> {
  const from = body.from ?? now
  const to = body.to ?? null
  if (to !== null && to <= from) throw new CodedError('request.invalid', 'to must lie after from')
  const row = {
    id: newId('event', now, deps.random),
    resident: resident.id,
    from_at: from,
    to_at: to,
    reason: body.reason,
    note: body.note ?? null,
    created_by: actor.id,
    by_name: actor.name,
    created_at: now,
    ended_at: null,
    ended_by: null,
    end_reason: null,
  }
  await trx.insertInto('suspensions').values(row).execute()
  return { suspension: awayOf(row), change: (await publishResident(trx, resident)).change }
}

/** Ends a suspension; one that has not begun is taken away. One that is over stays as it ended; null when there is none. */
export async function endSuspension(
  trx: Trx,
  resident: ResidentRow,
  id: string,
  now: number,
  how: { readonly by: string; readonly reason: 'back' | 'seen' | 'death'; readonly at?: number },
): Promise<RosterChange | null> {
  const row = await trx
    .selectFrom('suspensions')
    .selectAll()
    .where('id', '=', id)
    .where('resident', '=', resident.id)
    .executeTakeFirst()
  if (row === undefined) return null
  const at = Math.min(how.at ?? now, now)
  if (row.from_at >= at) await trx.deleteFrom('suspensions').where('id', '=', id).execute()
  else if (row.to_at === null || row.to_at > at) {
    const ended = { to_at: at, ended_at: now, ended_by: how.by, end_reason: how.reason }
    await trx.updateTable('suspensions').set(ended).where('id', '=', id).execute()
  }
  return (await publishResident(trx, resident)).change
}

/** Puts down a visit; the forwarder brings it to the box, where it counts as a sign of life. */
export async function recordVisit(
  trx: Trx,
  deps: PeopleDeps,
  resident: ResidentRow,
  body: VisitCreate,
  actor: Actor,
  now: number,
): Promise<VisitItem> {
  const visit: VisitItem = {
    id: newId('event', now, deps.random),
    resident: resident.id,
    at: happenedAt(body.at, now),
    seen: body.seen,
    note: body.note ?? null,
    by: { id: actor.id, name: actor.name },
    form: body.form ?? null,
    photos: [],
  }
  await trx
    .insertInto('visits')
    .values({
      id: visit.id,
      resident: resident.id,
      community: resident.community,
      at: visit.at,
      seen: visit.seen ? 1 : 0,
      note: visit.note,
      by_id: actor.id,
      by_name: actor.name,
      created_at: now,
      forwarded_at: null,
      form: toJsonOrNull(visit.form),
    })
    .execute()
  return visit
}

/** Newest first, at most `limit`. */
export async function listVisits(db: Db, resident: string, limit: number): Promise<VisitItem[]> {
  const rows = await db
    .selectFrom('visits')
    .selectAll()
    .where('resident', '=', resident)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  const photos = await photosOf(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({
    id: row.id,
    resident: row.resident,
    at: row.at,
    seen: row.seen === 1,
    note: row.note,
    by: { id: row.by_id, name: row.by_name },
    form: fromJsonOrNull(row.form) as VisitItem['form'],
    photos: photos.get(row.id) ?? [],
  }))
}

/** Newest first, at most `limit`. */
export async function listSuspensions(
  db: Db,
  resident: string,
  limit: number,
  now: number,
): Promise<SuspensionItem[]> {
  const rows = await db
    .selectFrom('suspensions')
    .selectAll()
    .where('resident', '=', resident)
    .orderBy('from_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ...awayOf(row),
    note: row.note,
    by: { id: row.created_by, name: row.by_name ?? row.created_by },
    createdAt: row.created_at,
    state: row.from_at > now ? 'coming' : row.to_at === null || row.to_at > now ? 'on' : 'over',
    endReason: row.end_reason as SuspensionItem['endReason'],
    endedBy: row.ended_by,
  }))
}

/**
 * The box has seen somebody who was away: the absence ends at that moment, with who or what saw them. Null
 * where it is over already, or is another's.
 */
export async function endReturned(
  trx: Trx,
  event: GatewayEvent,
  now: number,
): Promise<RosterChange | null> {
  if (!Value.Check(CareReturned, event.data)) return null
  const { resident: id, suspension, at, what, where } = event.data
  const resident = await findResident(trx, id)
  if (resident === null || resident.community !== event.community) return null
  const how = { by: `Linli: ${what}, ${where}`, reason: 'seen', at } as const
  return endSuspension(trx, resident, suspension, now, how)
}
