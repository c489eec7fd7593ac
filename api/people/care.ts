import { CodedError } from '../../contracts/errors.ts'
import type { VisitItem } from '../../contracts/http/care.ts'
import type { SuspensionCreate, VisitCreate } from '../../contracts/http/people.ts'
import { newId } from '../../contracts/ids.ts'
import type { RosterChange, RosterResident } from '../../contracts/roster.ts'
import type { Actor } from '../auth/principal.ts'
import type { Db, Trx } from '../db/open.ts'
import { awayOf } from '../roster/rows.ts'
import { type PeopleDeps, type ResidentRow, publishResident } from './residents.ts'

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
    created_at: now,
  }
  await trx.insertInto('suspensions').values(row).execute()
  return { suspension: awayOf(row), change: (await publishResident(trx, resident)).change }
}

/** Ends a suspension now; one that has not begun is taken away. Null when there is none. */
export async function endSuspension(
  trx: Trx,
  resident: ResidentRow,
  id: string,
  now: number,
): Promise<RosterChange | null> {
  const row = await trx
    .selectFrom('suspensions')
    .selectAll()
    .where('id', '=', id)
    .where('resident', '=', resident.id)
    .executeTakeFirst()
  if (row === undefined) return null
  if (row.from_at >= now) await trx.deleteFrom('suspensions').where('id', '=', id).execute()
  else if (row.to_at === null || row.to_at > now) {
    await trx.updateTable('suspensions').set({ to_at: now }).where('id', '=', id).execute()
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
  if (body.at !== undefined && body.at > now + 60_000) {
    throw new CodedError('request.invalid', 'at lies in the future')
  }
  const visit: VisitItem = {
    id: newId('event', now, deps.random),
    resident: resident.id,
    at: Math.min(body.at ?? now, now),
    seen: body.seen,
    note: body.note ?? null,
    by: { id: actor.id, name: actor.name },
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
  return rows.map((row) => ({
    id: row.id,
    resident: row.resident,
    at: row.at,
    seen: row.seen === 1,
    note: row.note,
    by: { id: row.by_id, name: row.by_name },
  }))
}
