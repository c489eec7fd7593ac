import type { Selectable } from 'kysely'
import { CodedError } from '../../contracts/errors.ts'
import type { VehicleCreate } from '../../contracts/http/access.ts'
import { newId } from '../../contracts/ids.ts'
import { isPlate, normalisePlate } from '../../contracts/plate.ts'
import type { RosterChange, RosterVehicle } from '../../contracts/roster.ts'
import type { Principal } from '../auth/principal.ts'
import type { VehiclesTable } from '../db/access-schema.ts'
import { toJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { pageOf } from '../pages.ts'
import { type ArchiveFilter, onPage } from '../people/archive-page.ts'
import { findResident } from '../people/residents.ts'
import type { Random } from '../random.ts'
import { recordChange } from '../roster/change.ts'
import { vehicleOf } from '../roster/rows.ts'

type VehicleRow = Selectable<VehiclesTable>
interface VehicleOutcome {
  readonly vehicle: RosterVehicle
  readonly change: RosterChange
}

/** As barriers compare it; refuses what no plate of GA 36-2018 can be. */
export function plateOf(text: string): string {
  const plate = normalisePlate(text)
  if (isPlate(plate)) return plate
  throw new CodedError(
    'request.invalid',
    `plate ${text}: not a number plate of GA 36-2018, such as 苏E·D51712 or 皖A·YL375`,
  )
}

export async function createVehicle(
  trx: Trx,
  deps: { readonly random: Random },
  body: VehicleCreate,
  community: string,
  now: number,
): Promise<VehicleOutcome> {
  const row: VehicleRow = {
    id: newId('vehicle', now, deps.random),
    community,
    plate: plateOf(body.plate),
    holder: await holderOf(trx, body, community),
    list: body.list ?? 'allow',
    note: body.note ?? null,
    from_at: body.from ?? null,
    to_at: body.to ?? null,
    created_at: now,
  }
  await check(trx, row)
  await trx.insertInto('vehicles').values(row).execute()
  return publish(trx, row)
}

/** Changes what is given; null when there is none that this person may see. */
export async function patchVehicle(
  trx: Trx,
  id: string,
  patch: Partial<VehicleCreate>,
  principal: Principal,
): Promise<VehicleOutcome | null> {
  const before = await find(trx, id, principal)
  if (before === null) return null
  const holder = patch.holder === undefined && patch.resident === undefined
  const row: VehicleRow = {
    ...before,
    plate: patch.plate === undefined ? before.plate : plateOf(patch.plate),
    holder: holder ? before.holder : await holderOf(trx, patch, before.community),
    list: patch.list ?? before.list,
    note: patch.note === undefined ? before.note : patch.note,
    from_at: patch.from === undefined ? before.from_at : patch.from,
    to_at: patch.to === undefined ? before.to_at : patch.to,
  }
  await check(trx, row)
  await trx.updateTable('vehicles').set(row).where('id', '=', id).execute()
  return publish(trx, row)
}

export async function removeVehicle(
  trx: Trx,
  id: string,
  principal: Principal,
): Promise<RosterChange | null> {
  if ((await find(trx, id, principal)) === null) return null
  await trx.deleteFrom('vehicles').where('id', '=', id).execute()
  return recordChange(trx, { vehicles: { remove: [id] } })
}

export async function findVehicle(
  db: Db,
  id: string,
  principal: Principal,
): Promise<RosterVehicle | null> {
  const row = await find(db, id, principal)
  return row === null ? null : vehicleOf(row)
}

async function find(db: Db | Trx, id: string, { areas }: Principal): Promise<VehicleRow | null> {
  let query = db.selectFrom('vehicles').selectAll().where('id', '=', id)
  if (areas !== null) query = query.where('community', 'in', ['', ...areas])
  return (await query.executeTakeFirst()) ?? null
}

async function holderOf(
  trx: Trx,
  { resident, holder }: Pick<Partial<VehicleCreate>, 'resident' | 'holder'>,
  community: string,
): Promise<string | null> {
  if (resident === undefined) return toJsonOrNull(holder)
  const found = await findResident(trx, resident)
  if (found?.community !== community) {
    throw new CodedError('request.invalid', `resident ${resident}`)
  }
  return JSON.stringify({ kind: 'resident', id: found.id, name: found.name })
}

async function check(trx: Trx, row: VehicleRow): Promise<void> {
  if (row.from_at !== null && row.to_at !== null && row.to_at <= row.from_at) {
    throw new CodedError('request.invalid', 'to must lie after from')
  }
  const other = await trx
    .selectFrom('vehicles')
    .select('id')
    .where('community', '=', row.community)
    .where('plate', '=', row.plate)
    .where('id', '!=', row.id)
    .executeTakeFirst()
  if (other !== undefined) throw new CodedError('conflict.exists', `vehicle ${row.plate}`)
}

async function publish(trx: Trx, row: VehicleRow): Promise<VehicleOutcome> {
  const vehicle = vehicleOf(row)
  return { vehicle, change: await recordChange(trx, { vehicles: { upsert: [vehicle] } }) }
}

/** By id, within the areas of the person; `plate` as anybody writes it. */
export async function listVehicles(
  db: Db,
  filter: ArchiveFilter & {
    readonly plate?: string | undefined
    readonly list?: string | undefined
  },
  { areas }: Principal,
): Promise<{ items: RosterVehicle[]; next: string | null }> {
  let query = db.selectFrom('vehicles').selectAll().where(onPage(filter, areas))
  if (filter.plate !== undefined) query = query.where('plate', '=', normalisePlate(filter.plate))
  if (filter.list !== undefined) query = query.where('list', '=', filter.list)
  const rows = await query
    .orderBy('id')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, (row) => [row.id], vehicleOf)
}
