import { dayMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { DeathItem } from '../../contracts/http/care.ts'
import type { DeathCreate } from '../../contracts/http/people.ts'
import type { RosterChange } from '../../contracts/roster.ts'
import type { Selectable } from 'kysely'
import type { Actor } from '../auth/principal.ts'
import { updateUser } from '../auth/users.ts'
import { endConsent } from '../consents/consents.ts'
import { fromJson, toJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import type { DeathsTable } from '../db/care-schema.ts'
import type { CardsTable } from '../db/schema.ts'
import { dropFaces, type Going } from '../faces/forget.ts'
import { recordChange } from '../roster/change.ts'
import { cardOf } from '../roster/rows.ts'
import { closeCareTickets, type ClosingDeps } from './close-care-tickets.ts'
import { endSuspension } from './care.ts'
import { happenedAt } from './care-signs.ts'
import { publishResident, type ResidentRow } from './residents.ts'

/** A mistaken record can be taken back so long; then what was kept for that is forgotten. */
export const undoMs = 3 * dayMs

/** What an undo brings back. Faces are not among it: their templates are gone, as a withdrawn consent wants it. */
interface Kept {
  readonly watch: string | null
  readonly cards: readonly Selectable<CardsTable>[]
  readonly accounts: readonly string[]
}

export interface DeathOutcome {
  readonly death: DeathItem
  readonly changes: readonly RosterChange[]
  readonly goings: readonly Going[]
}

/**
 * Records a death. From this moment on nobody is reminded: the watch, absences that run, open care tickets,
 * cards, PINs, the face and the account of the person end in one transaction.
 */
export async function recordDeath(
  trx: Trx,
  deps: ClosingDeps,
  resident: ResidentRow,
  body: DeathCreate,
  actor: Actor,
  now: number,
): Promise<DeathOutcome> {
  if (resident.deceased_at !== null) {
    throw new CodedError('resident.deceased', `resident ${resident.id}`)
  }
  const at = happenedAt(body.at, now)
  const changes: RosterChange[] = []
  const cards = await takeCards(trx, resident, changes)
  const accounts = await takeAccounts(trx, resident, now)
  const goings = await takeFaces(trx, resident, actor, now)
  await endAbsences(trx, resident, actor, now)
  const row: ResidentRow = { ...resident, watch: null, deceased_at: at }
  await trx.updateTable('residents').set(row).where('id', '=', row.id).execute()
  changes.push((await publishResident(trx, row)).change)
  await closeCareTickets(trx, deps, row, actor, now)
  const kept: Kept = { watch: resident.watch, cards, accounts }
  const death: Selectable<DeathsTable> = {
    resident: resident.id,
    at,
    note: body.note ?? null,
    by_id: actor.id,
    by_name: actor.name,
    recorded_at: now,
    kept: toJsonOrNull(kept),
  }
  await trx.deleteFrom('deaths').where('resident', '=', resident.id).execute()
  await trx.insertInto('deaths').values(death).execute()
  return { death: deathOf(death, now), changes, goings }
}

/** It was a mistake: the watch begins anew, cards and the account come back. Tickets stay closed; the face must be enrolled again. */
export async function undoDeath(
  trx: Trx,
  resident: ResidentRow,
  now: number,
): Promise<readonly RosterChange[] | null> {
  const death = await findDeath(trx, resident.id)
  if (death === null || resident.deceased_at === null) return null
  if (death.kept === null || now > death.recorded_at + undoMs) {
    throw new CodedError('resident.deceased', 'it was recorded more than three days ago')
  }
  const { watch, cards, accounts } = fromJson(death.kept) as Kept
  const changes: RosterChange[] = []
  if (cards.length > 0) {
    await trx
      .insertInto('cards')
      .values([...cards])
      .execute()
    changes.push(await recordChange(trx, { cards: { upsert: cards.map(cardOf) } }))
  }
  for (const id of accounts) await updateUser(trx, id, { disabled: false }, now)
  const row: ResidentRow = {
    ...resident,
    deceased_at: null,
    watch: watch === null ? null : JSON.stringify({ ...(fromJson(watch) as object), since: now }),
  }
  await trx.updateTable('residents').set(row).where('id', '=', row.id).execute()
  await trx.deleteFrom('deaths').where('resident', '=', row.id).execute()
  changes.push((await publishResident(trx, row)).change)
  return changes
}

export async function findDeath(db: Db | Trx, id: string): Promise<Selectable<DeathsTable> | null> {
  const found = await db
    .selectFrom('deaths')
    .selectAll()
    .where('resident', '=', id)
    .executeTakeFirst()
  return found ?? null
}

export const deathOf = (row: Selectable<DeathsTable>, now: number): DeathItem => ({
  resident: row.resident,
  at: row.at,
  note: row.note,
  by: { id: row.by_id, name: row.by_name },
  recordedAt: row.recorded_at,
  undoUntil: row.kept === null || now > row.recorded_at + undoMs ? null : row.recorded_at + undoMs,
})

async function takeCards(
  trx: Trx,
  resident: ResidentRow,
  changes: RosterChange[],
): Promise<Selectable<CardsTable>[]> {
  const rows = await trx
    .selectFrom('cards')
    .selectAll()
    .where('community', '=', resident.community)
    .where('holder', 'like', `%${resident.id}%`)
    .execute()
  const theirs = rows.filter((row) => {
    const { holder } = cardOf(row)
    return holder.kind === 'resident' && holder.id === resident.id
  })
  if (theirs.length === 0) return []
  const ids = theirs.map(({ id }) => id)
  await trx.deleteFrom('cards').where('id', 'in', ids).execute()
  changes.push(await recordChange(trx, { cards: { remove: ids } }))
  return theirs
}

async function takeAccounts(trx: Trx, resident: ResidentRow, now: number): Promise<string[]> {
  const rows = await trx
    .selectFrom('users')
    .select('id')
    .where('resident', '=', resident.id)
    .where('role', '=', 'resident')
    .where('disabled', '=', 0)
    .execute()
  for (const { id } of rows) await updateUser(trx, id, { disabled: true }, now)
  return rows.map(({ id }) => id)
}

async function takeFaces(
  trx: Trx,
  resident: ResidentRow,
  actor: Actor,
  now: number,
): Promise<Going[]> {
  const consents = await trx
    .selectFrom('consents')
    .select('id')
    .where('resident', '=', resident.id)
    .where('withdrawn_at', 'is', null)
    .execute()
  const goings: Going[] = []
  for (const { id } of consents) {
    await endConsent(trx, id, actor, now)
    const faces = await trx.selectFrom('faces').selectAll().where('consent', '=', id).execute()
    const going = await dropFaces(trx, faces, { actor: actor.id, now })
    if (going !== null) goings.push(going)
  }
  return goings
}

async function endAbsences(
  trx: Trx,
  resident: ResidentRow,
  actor: Actor,
  now: number,
): Promise<void> {
  const running = await trx
    .selectFrom('suspensions')
    .select('id')
    .where('resident', '=', resident.id)
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', now)]))
    .execute()
  const how = { by: actor.name, reason: 'death' } as const
  for (const { id } of running) await endSuspension(trx, resident, id, now, how)
}
