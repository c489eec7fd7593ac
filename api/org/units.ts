import { CodedError } from '../../contracts/errors.ts'
import type { Unit, UnitCreate, UnitPatch } from '../../contracts/http/org.ts'
import type { Trx } from '../db/open.ts'
import { openStatuses } from '../tickets/state-machine.ts'
import { readUnits, unitOf } from './org-book.ts'
import { checkParent } from './tree.ts'

/** Adds a unit. An id that was ever used names the same thing for ever: `conflict.exists`. */
export async function addUnit(trx: Trx, body: UnitCreate, now: number): Promise<Unit> {
  const { id, kind, name, parent = null, position } = body
  const taken = await trx.selectFrom('units').select('id').where('id', '=', id).executeTakeFirst()
  if (taken !== undefined) throw new CodedError('conflict.exists', `unit ${id}`)
  checkParent(await readUnits(trx), id, parent)
  const row = {
    id,
    kind,
    parent,
    zh: name.zh,
    en: name.en,
    position: position === undefined ? null : JSON.stringify(position),
    created_at: now,
    updated_at: now,
    ended_at: null,
  }
  await trx.insertInto('units').values(row).execute()
  return unitOf(row)
}

export async function changeUnit(
  trx: Trx,
  id: string,
  body: UnitPatch,
  now: number,
): Promise<Unit> {
  const row = await trx
    .selectFrom('units')
    .selectAll()
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) throw new CodedError('not-found', `unit ${id}`)
  const { name, parent, position } = body
  if (parent !== undefined) checkParent(await readUnits(trx), id, parent)
  const next = {
    ...row,
    zh: name?.zh ?? row.zh,
    en: name?.en ?? row.en,
    parent: parent === undefined ? row.parent : parent,
    position: positionOf(position, row.position),
    updated_at: now,
  }
  await trx.updateTable('units').set(next).where('id', '=', id).execute()
  return unitOf(next)
}

function positionOf(given: UnitPatch['position'], before: string | null): string | null {
  if (given === undefined) return before
  return given === null ? null : JSON.stringify(given)
}

/** Ends a unit that nothing hangs on any more; posts in it end with it. */
export async function endUnit(trx: Trx, id: string, now: number): Promise<void> {
  const units = await readUnits(trx)
  if (!units.some((unit) => unit.id === id)) throw new CodedError('not-found', `unit ${id}`)
  const below = units.find(({ parent }) => parent === id)
  if (below !== undefined) throw new CodedError('org.unit-in-use', `${below.id} lies below ${id}`)
  const duty = await trx
    .selectFrom('duties')
    .select('id')
    .where((eb) => eb.or([eb('unit', '=', id), eb('area', '=', id)]))
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', now)]))
    .executeTakeFirst()
  if (duty !== undefined) throw new CodedError('org.unit-in-use', `duty ${duty.id} names ${id}`)
  const ticket = await trx
    .selectFrom('tickets')
    .select('number')
    .where('unit', '=', id)
    .where('status', 'in', openStatuses)
    .executeTakeFirst()
  if (ticket !== undefined)
    throw new CodedError('org.unit-in-use', `ticket ${ticket.number} is with ${id}`)
  await trx
    .updateTable('units')
    .set({ ended_at: now, updated_at: now })
    .where('id', '=', id)
    .execute()
  await trx
    .updateTable('posts')
    .set({ to_at: now })
    .where('unit', '=', id)
    .where('to_at', 'is', null)
    .execute()
}
