import { CodedError } from '../../contracts/errors.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { Trx } from '../db/open.ts'

/** Room, cabinet, switch, bridge: nobody needs more between a sensor and the box. */
const levelsMax = 8

/**
 * What a device hangs on is another one of its community, and hangs in the end on nothing.
 *
 * @throws CodedError `request.invalid` where there is no such device, `device.via-ring` where it hangs on itself
 */
export async function checkVia(
  trx: Trx,
  device: Pick<RosterDevice, 'id' | 'community' | 'via'>,
): Promise<void> {
  let parent = device.via ?? null
  const chain = [device.id]
  while (parent !== null) {
    if (chain.includes(parent) || chain.length > levelsMax)
      throw new CodedError('device.via-ring', [...chain, parent].join(' > '))
    const found = await trx
      .selectFrom('devices')
      .select('via')
      .where('community', '=', device.community)
      .where('id', '=', parent)
      .executeTakeFirst()
    if (found === undefined) throw new CodedError('request.invalid', `via: no device ${parent}`)
    chain.push(parent)
    parent = found.via
  }
}
