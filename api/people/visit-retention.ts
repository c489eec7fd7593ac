import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import type { PictureStore } from '../evidence/picture-store.ts'

export interface VisitRetention {
  /** How long a visit stays on record, ms. */
  readonly visitsMs: number
  /** How long its photos stay, ms; never longer than the visit. */
  readonly photosMs: number
  /** Bytes that photos may take; above, the oldest go before their time. */
  readonly photoBytesMax: number
}

/** What one sweep removed. */
export interface VisitsSwept {
  readonly visits: number
  readonly photos: number
  /** Of the photos: for want of room, before their time. */
  readonly forRoom: number
}

/** What one sweep removes at most of each kind; the next one goes on. */
const sweepMax = 500

interface Deps {
  readonly db: Db
  readonly pictures: Pick<PictureStore, 'drop'>
}

/** Removes visits and photos that are past their time, and the oldest photos where they take too much room. */
export async function sweepVisits(
  deps: Deps,
  retention: VisitRetention,
  now: number,
): Promise<VisitsSwept> {
  const { db } = deps
  const photosMs = Math.min(retention.photosMs, retention.visitsMs)
  const old = await db
    .selectFrom('visit_photos')
    .select(['visit', 'sha256'])
    .where('created_at', '<', now - photosMs)
    .orderBy('created_at')
    .limit(sweepMax)
    .execute()
  for (const photo of old) await removePhoto(deps, photo)
  const forRoom = await makeRoom(deps, retention.photoBytesMax)
  const visits = await db
    .selectFrom('visits')
    .select('id')
    .where('at', '<', now - retention.visitsMs)
    .where(sql<boolean>`not exists (select 1 from visit_photos p where p.visit = visits.id)`)
    .orderBy('at')
    .limit(sweepMax)
    .execute()
  const ids = visits.map(({ id }) => id)
  if (ids.length > 0) await db.deleteFrom('visits').where('id', 'in', ids).execute()
  return { visits: ids.length, photos: old.length + forRoom, forRoom }
}

interface Photo {
  readonly visit: string
  readonly sha256: string
}

/** The row first: what nothing names is found by the store's own sweep, should we die between. */
async function removePhoto({ db, pictures }: Deps, { visit, sha256 }: Photo): Promise<void> {
  await db
    .deleteFrom('visit_photos')
    .where('visit', '=', visit)
    .where('sha256', '=', sha256)
    .execute()
  await pictures.drop(sha256)
}

async function makeRoom(deps: Deps, bytesMax: number): Promise<number> {
  const kept = deps.db
    .selectFrom('visit_photos')
    .innerJoin('pictures', 'pictures.sha256', 'visit_photos.sha256')
  const { bytes: used } = await kept
    .select(({ fn }) => fn.sum('pictures.bytes').as('bytes'))
    .executeTakeFirstOrThrow()
  let over = Number(used ?? 0) - bytesMax
  if (over <= 0) return 0
  const oldest = await kept
    .select(['visit_photos.visit', 'visit_photos.sha256', 'pictures.bytes'])
    .orderBy('visit_photos.created_at')
    .limit(sweepMax)
    .execute()
  let removed = 0
  for (const photo of oldest) {
    if (over <= 0) break
    await removePhoto(deps, photo)
    over -= photo.bytes
    removed += 1
  }
  return removed
}
