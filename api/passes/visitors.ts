import type { Selectable } from 'kysely'
import { dayMs, hourMs } from '../../contracts/clock.ts'
import { codeHash } from '../../contracts/code-hash.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { VisitorCreate, VisitorItem } from '../../contracts/http/access.ts'
import { newId } from '../../contracts/ids.ts'
import type { RosterChange } from '../../contracts/roster.ts'
import type { Actor, Principal } from '../auth/principal.ts'
import type { VisitorsTable } from '../db/access-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import { pageOf } from '../pages.ts'
import { type ArchiveFilter, onPage } from '../people/archive-page.ts'
import { findResident } from '../people/residents.ts'
import type { Random } from '../random.ts'
import { recordChange } from '../roster/change.ts'
import { visitorOf } from '../roster/rows.ts'
import { plateOf } from './vehicles.ts'

export type VisitorRow = Selectable<VisitorsTable>

const defaultStayMs = 24 * hourMs
const stayMaxMs = 366 * dayMs
/** Of 1,000,000: with more in use a guess would be too easy. */
const liveMax = 2_000
const pinTries = 50
/** The door still says "expired" rather than "unknown" for so long. */
export const listedAfterMs = dayMs

export function visitorItem(row: VisitorRow): VisitorItem {
  const { pinHashHex: _hash, ...item } = visitorOf(row)
  return item
}

export const isSpent = (row: VisitorRow, now: number): boolean =>
  row.revoked_at !== null || row.to_at <= now

interface PassDeps {
  readonly random: Random
  readonly passKey: string
}

/** Announces a visit. The PIN is six digits of chance, free in the community; only its hash is kept. */
export async function createVisitor(
  trx: Trx,
  deps: PassDeps,
  body: VisitorCreate,
  given: { readonly community: string; readonly by: Actor; readonly now: number },
): Promise<{ row: VisitorRow; pin: string; change: RosterChange }> {
  const { community, by, now } = given
  const from = body.from ?? now
  const to = body.to ?? Math.max(from, now) + defaultStayMs
  if (to <= from || to <= now)
    throw new CodedError('request.invalid', 'to must lie ahead, after from')
  if (to - from > stayMaxMs)
    throw new CodedError('request.invalid', 'a visit lasts at most 366 days')
  await checkHost(trx, body.host ?? null, community)
  const pin = await freePin(trx, deps, community, now)
  const row: VisitorRow = {
    id: newId('visitor', now, deps.random),
    community,
    name: body.name,
    host: body.host ?? null,
    pin_hash: codeHash(deps.passKey, community, pin),
    plate: body.plate === undefined || body.plate === null ? null : plateOf(body.plate),
    doors: JSON.stringify(body.doors ?? []),
    from_at: from,
    to_at: to,
    entries_max: body.entriesMax ?? null,
    created_by: by.id,
    created_at: now,
    revoked_at: null,
    listed: 1,
  }
  await trx.insertInto('visitors').values(row).execute()
  const change = await recordChange(trx, { visitors: { upsert: [visitorOf(row)] } })
  return { row, pin, change }
}

async function checkHost(trx: Trx, host: string | null, community: string): Promise<void> {
  if (host === null) return
  const resident = await findResident(trx, host)
  if (resident?.community !== community) throw new CodedError('request.invalid', `host ${host}`)
}

async function freePin(
  trx: Trx,
  { random, passKey }: PassDeps,
  community: string,
  now: number,
): Promise<string> {
  const live = await trx
    .selectFrom('visitors')
    .select(({ fn }) => fn.countAll().as('n'))
    .where('community', '=', community)
    .where('revoked_at', 'is', null)
    .where('to_at', '>', now)
    .executeTakeFirst()
  if (Number(live?.n ?? 0) >= liveMax) {
    throw new CodedError('conflict.exists', `${liveMax} visits are announced: revoke some first`)
  }
  for (let i = 0; i < pinTries; i += 1) {
    const pin = randomPin(random)
    if (!(await isTaken(trx, codeHash(passKey, community, pin)))) return pin
  }
  throw new CodedError('conflict.exists', 'no free PIN was found')
}

/** Every PIN is as likely as any other: what does not divide evenly is drawn again. */
function randomPin(random: Random): string {
  const fair = 2 ** 32 - (2 ** 32 % 1_000_000)
  for (;;) {
    const drawn = Buffer.from(random(4)).readUInt32BE(0)
    if (drawn < fair) return String(drawn % 1_000_000).padStart(6, '0')
  }
}

/** By a visit that a door still knows, or by a card or PIN of somebody who lives there. */
async function isTaken(trx: Trx, hash: string): Promise<boolean> {
  const visitor = await trx
    .selectFrom('visitors')
    .select('id')
    .where('pin_hash', '=', hash)
    .where('listed', '=', 1)
    .executeTakeFirst()
  const card = await trx
    .selectFrom('cards')
    .select('id')
    .where('code_hash', '=', hash)
    .executeTakeFirst()
  return visitor !== undefined || card !== undefined
}

export async function findVisitor(
  db: Db | Trx,
  id: string,
  { areas }: Principal,
): Promise<VisitorRow | null> {
  let query = db.selectFrom('visitors').selectAll().where('id', '=', id)
  if (areas !== null) query = query.where('community', 'in', ['', ...areas])
  return (await query.executeTakeFirst()) ?? null
}

/** Ends a visit at once; one that was ended before stays so. Null when there is none that this person may see. */
export async function revokeVisitor(
  trx: Trx,
  id: string,
  principal: Principal,
  now: number,
): Promise<RosterChange | null> {
  const row = await findVisitor(trx, id, principal)
  if (row === null) return null
  const revoked = { revoked_at: row.revoked_at ?? now, listed: 0, pin_hash: null }
  await trx.updateTable('visitors').set(revoked).where('id', '=', id).execute()
  return recordChange(trx, { visitors: { remove: [id] } })
}

/** Visits that ended a day ago leave the roster. */
export async function unlistOver(trx: Trx, now: number): Promise<RosterChange[]> {
  const over = await trx
    .selectFrom('visitors')
    .select('id')
    .where('listed', '=', 1)
    .where('to_at', '<=', now - listedAfterMs)
    .limit(1_000)
    .execute()
  if (over.length === 0) return []
  const ids = over.map(({ id }) => id)
  const gone = { listed: 0, pin_hash: null }
  await trx.updateTable('visitors').set(gone).where('id', 'in', ids).execute()
  return [await recordChange(trx, { visitors: { remove: ids } })]
}

/** Visits that still hold, by id; those of a plate, host or community where one is named. */
export async function listVisitors(
  db: Db,
  filter: ArchiveFilter & { readonly now: number },
  { areas }: Principal,
): Promise<{ items: VisitorItem[]; next: string | null }> {
  const query = db
    .selectFrom('visitors')
    .selectAll()
    .where('revoked_at', 'is', null)
    .where('to_at', '>', filter.now)
    .where(onPage(filter, areas))
  const rows = await query
    .orderBy('id')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, (row) => [row.id], visitorItem)
}
