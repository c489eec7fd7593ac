import { CodedError } from '../../contracts/errors.ts'
import type { HouseholdCreate, ResidentCreate, ResidentItem } from '../../contracts/http/people.ts'
import { newId } from '../../contracts/ids.ts'
import type { RosterChange, RosterHousehold, RosterResident } from '../../contracts/roster.ts'
import type { Selectable } from 'kysely'
import type { Role } from '../../contracts/http/auth.ts'
import { toJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import type { ResidentsTable } from '../db/schema.ts'
import type { Random } from '../random.ts'
import { recordChange } from '../roster/change.ts'
import { householdOf, residentOf } from '../roster/rows.ts'
import { maskName, maskPhone, seesPeople } from './mask.ts'

export type ResidentRow = Selectable<ResidentsTable>

export interface PeopleDeps {
  readonly random: Random
}

/** Puts down a home. */
export async function createHousehold(
  trx: Trx,
  deps: PeopleDeps,
  body: HouseholdCreate,
  community: string,
  now: number,
): Promise<{ household: RosterHousehold; change: RosterChange }> {
  const id = body.id ?? newId('household', now, deps.random)
  const taken = await trx
    .selectFrom('households')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst()
  if (taken !== undefined) throw new CodedError('conflict.exists', `household ${id}`)
  const row = { id, community, place: JSON.stringify(body.place), created_at: now }
  await trx.insertInto('households').values(row).execute()
  const household = householdOf(row)
  return { household, change: await recordChange(trx, { households: { upsert: [household] } }) }
}

export async function findResident(db: Db | Trx, id: string): Promise<ResidentRow | null> {
  const row = await db.selectFrom('residents').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? null
}

export async function createResident(
  trx: Trx,
  deps: PeopleDeps,
  body: ResidentCreate,
  community: string,
  now: number,
): Promise<{ resident: RosterResident; row: ResidentRow; change: RosterChange }> {
  const id = body.id ?? newId('resident', now, deps.random)
  if ((await findResident(trx, id)) !== null) {
    throw new CodedError('conflict.exists', `resident ${id}`)
  }
  await checkHousehold(trx, community, body.household)
  const row: ResidentRow = {
    id,
    community,
    household: body.household ?? null,
    name: body.name,
    honorific: body.honorific ?? body.name,
    phone: body.phone ?? null,
    birth_date: body.birthDate ?? null,
    watch: watchOf(body.watch, now),
    deceased_at: null,
    created_at: now,
  }
  await trx.insertInto('residents').values(row).execute()
  return { ...(await publishResident(trx, row)), row }
}

/** Changes what is given; `watch: null` ends the care. */
export async function patchResident(
  trx: Trx,
  before: ResidentRow,
  patch: Partial<ResidentCreate>,
  now: number,
): Promise<{ resident: RosterResident; row: ResidentRow; change: RosterChange }> {
  if (patch.watch !== undefined && patch.watch !== null) refuseDeceased(before)
  await checkHousehold(trx, before.community, patch.household)
  const row: ResidentRow = {
    ...before,
    household: patch.household ?? before.household,
    name: patch.name ?? before.name,
    honorific: patch.honorific ?? before.honorific,
    phone: patch.phone ?? before.phone,
    birth_date: patch.birthDate === undefined ? before.birth_date : patch.birthDate,
    watch: patch.watch === undefined ? before.watch : watchOf(patch.watch, now),
  }
  await trx.updateTable('residents').set(row).where('id', '=', row.id).execute()
  return { ...(await publishResident(trx, row)), row }
}

/** Nothing is planned for the dead, and nobody is reminded of them. */
export function refuseDeceased(row: ResidentRow): void {
  if (row.deceased_at !== null) throw new CodedError('resident.deceased', `resident ${row.id}`)
}

/** Tells the box of a resident as they stand now, suspensions included. */
export async function publishResident(
  trx: Trx,
  row: ResidentRow,
): Promise<{ resident: RosterResident; change: RosterChange }> {
  const suspensions = await trx
    .selectFrom('suspensions')
    .selectAll()
    .where('resident', '=', row.id)
    .orderBy('id')
    .execute()
  const resident = residentOf(row, suspensions)
  return { resident, change: await recordChange(trx, { residents: { upsert: [resident] } }) }
}

const watchOf = (watch: ResidentCreate['watch'], now: number): string | null =>
  watch === null || watch === undefined
    ? null
    : toJsonOrNull({ windowMs: watch.windowMs, since: watch.since ?? now })

async function checkHousehold(
  trx: Trx,
  community: string,
  household: string | undefined,
): Promise<void> {
  if (household === undefined) return
  const found = await trx
    .selectFrom('households')
    .select('id')
    .where('id', '=', household)
    .where('community', '=', community)
    .executeTakeFirst()
  if (found === undefined) throw new CodedError('request.invalid', `household ${household}`)
}

/** A resident as a role may see them; telephone numbers are masked for everybody. */
export function residentItem(
  resident: RosterResident,
  row: Pick<ResidentRow, 'phone' | 'birth_date' | 'deceased_at'>,
  role: Role | null,
): ResidentItem {
  const full = seesPeople(role)
  const { phone, birth_date: birthDate, deceased_at: deceasedAt } = row
  return {
    ...resident,
    name: full ? resident.name : maskName(resident.name),
    honorific: full ? resident.honorific : maskName(resident.honorific),
    phone: phone === null ? null : maskPhone(phone),
    birthDate: full ? birthDate : null,
    ...(deceasedAt === null ? {} : { deceasedAt }),
  }
}
