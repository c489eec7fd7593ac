import { codeHash } from '../../contracts/code-hash.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { CardCreate } from '../../contracts/http/people.ts'
import { newId } from '../../contracts/ids.ts'
import type { RosterCard, RosterChange } from '../../contracts/roster.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db, Trx } from '../db/open.ts'
import { pageOf } from '../pages.ts'
import { type ArchiveFilter, onPage } from './archive-page.ts'
import { recordChange } from '../roster/change.ts'
import { cardOf } from '../roster/rows.ts'
import type { PeopleDeps } from './residents.ts'

/** Puts down a card or PIN; the code is hashed here and kept nowhere. */
export async function createCard(
  trx: Trx,
  deps: PeopleDeps & { readonly passKey: string },
  body: CardCreate,
  community: string,
  now: number,
): Promise<{ card: RosterCard; change: RosterChange }> {
  const hash = codeHash(deps.passKey, community, body.code)
  const taken = await trx
    .selectFrom('cards')
    .select('id')
    .where('code_hash', '=', hash)
    .executeTakeFirst()
  if (taken !== undefined) throw new CodedError('conflict.exists', 'a card with this code')
  const row = {
    id: newId('credential', now, deps.random),
    community,
    code_hash: hash,
    holder: JSON.stringify(body.holder),
    doors: JSON.stringify(body.doors ?? []),
    from_at: body.from ?? null,
    to_at: body.to ?? null,
    created_at: now,
    kind: body.kind ?? null,
  }
  await trx.insertInto('cards').values(row).execute()
  const card = cardOf(row)
  return { card, change: await recordChange(trx, { cards: { upsert: [card] } }) }
}

/** Null when there is no such card that this person may see. */
export async function removeCard(
  trx: Trx,
  id: string,
  principal: Principal,
): Promise<RosterChange | null> {
  let query = trx.deleteFrom('cards').where('id', '=', id)
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  const result = await query.executeTakeFirst()
  return result.numDeletedRows > 0n ? recordChange(trx, { cards: { remove: [id] } }) : null
}

export async function listCards(
  db: Db,
  filter: ArchiveFilter,
  principal: Principal,
): Promise<{ items: RosterCard[]; next: string | null }> {
  const query = db.selectFrom('cards').selectAll().where(onPage(filter, principal.areas))
  const rows = await query
    .orderBy('id')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, (row) => [row.id], cardOf)
}
