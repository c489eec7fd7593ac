import { createHash } from 'node:crypto'
import type { Clock } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { VisitPhoto } from '../../contracts/http/care.ts'
import { limits } from '../../contracts/limits.ts'
import type { RedactPhotoAnswer } from '../../contracts/private-api.ts'
import type { Actor } from '../auth/principal.ts'
import type { VisitPhotosTable } from '../db/care-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Transact } from '../db/transact.ts'
import { typeOf } from '../evidence/evidence-type.ts'
import type { PictureStore } from '../evidence/picture-store.ts'

export interface VisitPhotos {
  /** Cleans, keeps and notes it; the same file again is answered with the photo that it became. */
  add(visit: string, upload: Buffer, by: Actor): Promise<{ photo: VisitPhoto; fresh: boolean }>
  /** False where there is no such photo. */
  remove(visit: string, sha256: string): Promise<boolean>
}

export interface VisitPhotosDeps {
  readonly db: Db
  readonly transact: Transact
  readonly clock: Clock
  readonly pictures: PictureStore
  readonly gateway: { redact(jpeg: Buffer): Promise<RedactPhotoAnswer> }
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/**
 * Photos that visitors take. They pass through memory here and in the box, where faces, plates and what the
 * camera wrote into the file are destroyed; only what comes back is kept. Where the box cannot vouch for
 * that, or is away, nothing is kept: the visit is on record without.
 */
export const createVisitPhotos = (deps: VisitPhotosDeps): VisitPhotos => ({
  async add(visit, upload, by) {
    const uploaded = sha256Of(upload)
    const known = await findUpload(deps.db, visit, uploaded)
    if (known !== null) return { photo: known, fresh: false }
    if (typeOf(upload) !== 'image/jpeg')
      throw new CodedError('request.unsupported-type', 'the bytes are no JPEG')
    await checkRoom(deps.db, visit)
    const { picture, widthPx, heightPx } = await deps.gateway.redact(upload)
    const bytes = Buffer.from(picture, 'base64')
    const row: VisitPhotosTable = {
      visit,
      sha256: sha256Of(bytes),
      upload_sha256: uploaded,
      width_px: widthPx,
      height_px: heightPx,
      by_id: by.id,
      by_name: by.name,
      created_at: deps.clock(),
    }
    await deps.pictures.put(row.sha256, bytes, 'image/jpeg')
    const fresh = await deps.transact((trx) => insert(trx, row))
    return { photo: photoOf(row), fresh }
  },
  async remove(visit, sha256) {
    const { numDeletedRows } = await deps.db
      .deleteFrom('visit_photos')
      .where('visit', '=', visit)
      .where('sha256', '=', sha256)
      .executeTakeFirst()
    if (numDeletedRows === 0n) return false
    await deps.pictures.drop(sha256)
    return true
  },
})

/** By visit, oldest first. */
export async function photosOf(
  db: Db,
  visits: readonly string[],
): Promise<ReadonlyMap<string, VisitPhoto[]>> {
  const photos = new Map<string, VisitPhoto[]>()
  if (visits.length === 0) return photos
  const rows = await db
    .selectFrom('visit_photos')
    .selectAll()
    .where('visit', 'in', visits)
    .orderBy('created_at')
    .orderBy('sha256')
    .execute()
  for (const row of rows) photos.set(row.visit, [...(photos.get(row.visit) ?? []), photoOf(row)])
  return photos
}

const photoOf = (row: VisitPhotosTable): VisitPhoto => ({
  sha256: row.sha256,
  widthPx: row.width_px,
  heightPx: row.height_px,
  at: row.created_at,
})

async function findUpload(db: Db, visit: string, uploaded: string): Promise<VisitPhoto | null> {
  const row = await db
    .selectFrom('visit_photos')
    .selectAll()
    .where('visit', '=', visit)
    .where('upload_sha256', '=', uploaded)
    .executeTakeFirst()
  return row === undefined ? null : photoOf(row)
}

async function checkRoom(db: Db | Trx, visit: string): Promise<void> {
  const { n } = await db
    .selectFrom('visit_photos')
    .select(({ fn }) => fn.countAll().as('n'))
    .where('visit', '=', visit)
    .executeTakeFirstOrThrow()
  if (Number(n) >= limits.photosPerVisitMax)
    throw new CodedError('photo.too-many', `visit ${visit} has ${n}`)
}

/** Others may have come while the box looked at this one. */
async function insert(trx: Trx, row: VisitPhotosTable): Promise<boolean> {
  const same = await trx
    .selectFrom('visit_photos')
    .select('sha256')
    .where('visit', '=', row.visit)
    .where('sha256', '=', row.sha256)
    .executeTakeFirst()
  if (same !== undefined) return false
  await checkRoom(trx, row.visit)
  await trx.insertInto('visit_photos').values(row).execute()
  return true
}
