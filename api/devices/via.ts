import { CodedError } from '../../contracts/errors.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { Trx } from '../db/open.ts'
import { deviceOf, originOf } from '../roster/rows.ts'

/** Room, cabinet, switch, bridge: nobody needs more between a sensor and the box. */
const levelsMax = 8

type Hanging = Pick<RosterDevice, 'id' | 'community' | 'via'>
type Problem = { readonly kind: 'ring' | 'no-device'; readonly detail: string }

/**
 * What a device hangs on is another one of its community, and hangs in the end on nothing.
 *
 * @throws CodedError `request.invalid` where there is no such device, `device.via-ring` where it hangs on itself
 */
export async function checkVia(trx: Trx, device: Hanging): Promise<void> {
  const problem = await viaProblem(trx, device)
  if (problem === null) return
  throw new CodedError(
    problem.kind === 'ring' ? 'device.via-ring' : 'request.invalid',
    problem.detail,
  )
}

async function viaProblem(trx: Trx, device: Hanging): Promise<Problem | null> {
  let parent = device.via ?? null
  const chain = [device.id]
  while (parent !== null) {
    if (chain.includes(parent) || chain.length > levelsMax)
      return { kind: 'ring', detail: [...chain, parent].join(' > ') }
    const found = await trx
      .selectFrom('devices')
      .select('via')
      .where('community', '=', device.community)
      .where('id', '=', parent)
      .executeTakeFirst()
    if (found === undefined) return { kind: 'no-device', detail: `via: no device ${parent}` }
    chain.push(parent)
    parent = found.via
  }
  return null
}

/** From now on it is as a person said, whatever the device says. */
export async function keepVia(trx: Trx, { community, id }: Hanging): Promise<void> {
  await trx
    .updateTable('devices')
    .set({ via_by_person: 1 })
    .where('community', '=', community)
    .where('id', '=', id)
    .execute()
}

/**
 * What a device hangs on by what it says itself. A person's word stands; a parent that is not there, or
 * that hangs on the device, is none.
 */
export async function viaSaid(
  trx: Trx,
  device: Hanging,
  said: string | null,
): Promise<string | null> {
  const row = await trx
    .selectFrom('devices')
    .select(['via', 'via_by_person'])
    .where('community', '=', device.community)
    .where('id', '=', device.id)
    .executeTakeFirst()
  if (row?.via_by_person === 1) return row.via
  return (await viaProblem(trx, { ...device, via: said })) === null ? said : null
}

/** A device has come in: those that named it before it was there hang on it now. */
export async function adopt(trx: Trx, parent: RosterDevice): Promise<readonly RosterDevice[]> {
  const waiting = await trx
    .selectFrom('devices')
    .selectAll()
    .where('community', '=', parent.community)
    .where('via', 'is', null)
    .where('via_by_person', '=', 0)
    .where('origin', 'like', `%"via":"${parent.id}"%`)
    .execute()
  const adopted: RosterDevice[] = []
  for (const row of waiting) {
    const device = { ...deviceOf(row), via: parent.id }
    if (originOf(row)?.via !== parent.id || (await viaProblem(trx, device)) !== null) continue
    await trx
      .updateTable('devices')
      .set({ via: parent.id })
      .where('community', '=', device.community)
      .where('id', '=', device.id)
      .execute()
    adopted.push(device)
  }
  return adopted
}
