import type { Selectable } from 'kysely'
import { dayMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { WatchedCreate, WatchedItem } from '../../contracts/http/access.ts'
import { newId } from '../../contracts/ids.ts'
import type { RosterChange } from '../../contracts/roster.ts'
import type { Actor } from '../auth/principal.ts'
import type { WatchlistTable } from '../db/access-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import { subjectHash } from '../faces/receipts.ts'
import { scheduleRemoval } from '../faces/removals.ts'
import { type TemplateDeps, withTemplate } from '../faces/template.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import type { Random } from '../random.ts'
import { recordChange } from '../roster/change.ts'
import { watchedOf } from '../roster/rows.ts'
import type { Services } from '../services.ts'
import { seal, unseal } from './sealed.ts'

export type WatchedRow = Selectable<WatchlistTable>

/** Control C9: an entry ends by itself after at most 30 days. */
const lifeMaxMs = 30 * dayMs
const openMax = 1_000

export const watchedItem = (row: WatchedRow, now: number): WatchedItem => ({
  id: row.id,
  community: row.community,
  label: row.label,
  authority: row.authority,
  legalBasis: row.legal_basis,
  documentNumber: row.document_number,
  requestedBy: row.requested_by,
  approvedBy: row.approved_by,
  state: stateOf(row, now),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})

function stateOf(row: WatchedRow, now: number): WatchedItem['state'] {
  if (row.withdrawn_at !== null) {
    return row.withdrawn_at < row.expires_at ? 'withdrawn' : 'expired'
  }
  if (row.expires_at <= now) return 'expired'
  return row.approved_at === null ? 'requested' : 'approved'
}

/** Puts down who orders it and why; nothing is compared until another person has approved it. */
export async function requestWatched(
  trx: Trx,
  deps: { readonly random: Random; readonly passKey: string },
  body: Omit<WatchedCreate, 'images'> & { readonly pictures: readonly string[] },
  given: { readonly community: string; readonly by: Actor; readonly now: number },
): Promise<WatchedRow> {
  const { community, by, now } = given
  if (body.expiresAt <= now || body.expiresAt > now + lifeMaxMs) {
    throw new CodedError('request.invalid', 'expiresAt: at most 30 days ahead')
  }
  const open = await trx
    .selectFrom('watchlist')
    .select(({ fn }) => fn.countAll().as('n'))
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (Number(open?.n ?? 0) >= openMax) throw new CodedError('conflict.exists', `${openMax} entries`)
  const id = newId('watched', now, deps.random)
  const row: WatchedRow = {
    id,
    community,
    label: body.label,
    authority: body.authority,
    legal_basis: body.legalBasis,
    document_number: body.documentNumber,
    requested_by: by.id,
    approved_by: null,
    approved_at: null,
    template: null,
    withdrawn_at: null,
    pictures: seal(deps.passKey, id, body.pictures, deps.random),
    created_at: now,
    expires_at: body.expiresAt,
  }
  await trx.insertInto('watchlist').values(row).execute()
  return row
}

export async function findWatched(db: Db | Trx, id: string): Promise<WatchedRow | null> {
  const row = await db.selectFrom('watchlist').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? null
}

/** The template is made now and not before; whoever asked may not approve. */
export async function approveWatched(
  deps: TemplateDeps & Pick<Services, 'push' | 'random'> & { readonly passKey: string },
  id: string,
  by: Actor,
): Promise<{ row: WatchedRow; inForce: boolean }> {
  const now = deps.clock()
  const { pictures, community } = await approvable(deps.db, id, by, now)
  if (pictures === null) throw new CodedError('not-found', `watch-list entry ${id}`)
  const template = newId('face', now, deps.random)
  const request = {
    template,
    community,
    subject: id,
    use: 'watchlist' as const,
    pictures: unseal(deps.passKey, id, pictures),
  }
  const { result } = await withTemplate(deps, request, async (trx) => {
    const before = await approvable(trx, id, by, now)
    const approval = { approved_by: by.id, approved_at: now, template, pictures: null }
    await trx.updateTable('watchlist').set(approval).where('id', '=', id).execute()
    const row = { ...before, ...approval }
    return { row, change: await recordChange(trx, { watchlist: { upsert: [watchedOf(row)] } }) }
  })
  return { row: result.row, inForce: await deps.push(result.change) }
}

async function approvable(db: Db | Trx, id: string, by: Actor, now: number): Promise<WatchedRow> {
  const row = await findWatched(db, id)
  if (row === null) throw new CodedError('not-found', `watch-list entry ${id}`)
  if (row.requested_by === by.id) throw new CodedError('watchlist.same-person', `entry ${id}`)
  const state = stateOf(row, now)
  if (state !== 'requested') throw new CodedError('conflict.exists', `the entry is ${state}`)
  return row
}

/** Takes entries out of use: their pictures here and their templates in the box go. */
async function end(
  trx: Trx,
  rows: readonly WatchedRow[],
  by: { readonly actor: string; readonly now: number },
): Promise<RosterChange | null> {
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return null
  const ended = { withdrawn_at: by.now, pictures: null }
  await trx.updateTable('watchlist').set(ended).where('id', 'in', ids).execute()
  const approved = rows.filter((row) => row.template !== null)
  for (const row of approved) {
    await scheduleRemoval(trx, {
      templates: row.template === null ? [] : [row.template],
      batch: row.id,
      consent: null,
      subjectSha256: subjectHash(row.community, row.id),
      actor: by.actor,
      receipt: true,
      dueAt: by.now,
    })
  }
  if (approved.length === 0) return null
  return recordChange(trx, { watchlist: { remove: approved.map(({ id }) => id) } })
}

export async function withdrawWatched(
  trx: Trx,
  row: WatchedRow,
  by: Actor,
  now: number,
): Promise<RosterChange | null> {
  return row.withdrawn_at === null ? end(trx, [row], { actor: by.id, now }) : null
}

/** What has expired ends, and everything does where the list is switched off. */
export async function endExpired(trx: Trx, now: number, enabled: boolean): Promise<RosterChange[]> {
  let query = trx.selectFrom('watchlist').selectAll().where('withdrawn_at', 'is', null)
  if (enabled) query = query.where('expires_at', '<=', now)
  const rows = await query.limit(500).execute()
  const change = await end(trx, rows, { actor: 'linli: expired or switched off', now })
  return change === null ? [] : [change]
}

/** By id. */
export async function listWatched(
  db: Db,
  filter: { readonly limit: number; readonly cursor?: string | undefined; readonly now: number },
): Promise<{ items: WatchedItem[]; next: string | null }> {
  let query = db.selectFrom('watchlist').selectAll()
  if (filter.cursor !== undefined) {
    query = query.where('id', '>', decodeCursor(filter.cursor, ['string'])[0])
  }
  const rows = await query
    .orderBy('id')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.id],
    (row) => watchedItem(row, filter.now),
  )
}
