import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { DeletionReceipt } from '../../contracts/http/access.ts'
import type { DeletionReceiptsTable } from '../db/access-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'

type Body = Omit<DeletionReceipt, 'sha256'>

/** Stands for a person in what is left of them: the receipt must not be a list of names. */
export const subjectHash = (community: string, resident: string): string =>
  createHash('sha256').update(`${community}:${resident}`).digest('hex')

/** Of a receipt and the one before it; the first follows on the empty text. */
export const receiptHash = (previous: string, body: Body): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        previous,
        body.consent,
        body.subjectSha256,
        body.templates,
        body.pictures,
        body.at,
        body.actor,
        body.inForce,
      ]),
    )
    .digest('hex')

const receiptOf = (row: Selectable<DeletionReceiptsTable>): DeletionReceipt => ({
  consent: row.consent,
  subjectSha256: row.subject_sha256,
  templates: row.templates,
  pictures: row.pictures,
  at: row.at,
  actor: row.actor,
  inForce: row.in_force === 1,
  sha256: row.sha256,
})

/** Appends to the chain (control C6). Nothing ever changes a receipt: what is done later gets a second one. */
export async function appendReceipt(trx: Trx, body: Body): Promise<DeletionReceipt> {
  const last = await trx
    .selectFrom('deletion_receipts')
    .select('sha256')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const previous = last?.sha256 ?? ''
  const sha256 = receiptHash(previous, body)
  await trx
    .insertInto('deletion_receipts')
    .values({
      consent: body.consent,
      subject_sha256: body.subjectSha256,
      templates: body.templates,
      pictures: body.pictures,
      at: body.at,
      actor: body.actor,
      in_force: body.inForce ? 1 : 0,
      previous,
      sha256,
    })
    .execute()
  return { ...body, sha256 }
}

/** What a consent's withdrawal last led to; null where none was recorded. */
export async function lastReceipt(db: Db | Trx, consent: string): Promise<DeletionReceipt | null> {
  const row = await db
    .selectFrom('deletion_receipts')
    .selectAll()
    .where('consent', '=', consent)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : receiptOf(row)
}

/** In the order of the chain, so that a reader can follow the hashes. */
export async function listReceipts(
  db: Db,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: DeletionReceipt[]; next: string | null }> {
  const after = page.cursor === undefined ? 0 : decodeCursor(page.cursor, ['number'])[0]
  const rows = await db
    .selectFrom('deletion_receipts')
    .selectAll()
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(page.limit + 1)
    .execute()
  return pageOf(rows, page.limit, (row) => [row.seq], receiptOf)
}
