import type { Migration } from 'kysely'
import { index, table } from '../columns.ts'

/** Photos of visits; the files lie with the evidence. */
export const visitPhotos = (): Migration => ({
  async up(db) {
    const columns = {
      visit: 'text',
      sha256: 'text',
      upload_sha256: 'text',
      width_px: 'int',
      height_px: 'int',
      by_id: 'text',
      by_name: 'text',
      created_at: 'int',
    } as const
    await table(db, 'visit_photos', columns, ['visit', 'sha256']).execute()
    await index(db, 'visit_photos', ['sha256'])
    await index(db, 'visit_photos', ['created_at'])
    await index(db, 'visits', ['at'])
  },
})
