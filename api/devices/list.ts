import type { DeviceOrigin } from '../../contracts/http/devices.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { deviceOf, originOf } from '../roster/rows.ts'

export interface DeviceFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly community?: string | undefined
  readonly state?: string | undefined
  readonly type?: string | undefined
  readonly household?: string | undefined
  /** Only those with camera settings. */
  readonly cameras?: boolean
}

export type ListedDevice = RosterDevice & { readonly origin: DeviceOrigin | null }

/** By community and id. */
export async function listDevices(
  db: Db,
  filter: DeviceFilter,
  principal: Principal,
): Promise<{ items: ListedDevice[]; next: string | null }> {
  let query = db.selectFrom('devices').selectAll()
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  if (filter.community !== undefined) query = query.where('community', '=', filter.community)
  if (filter.state !== undefined) query = query.where('state', '=', filter.state)
  if (filter.type !== undefined) query = query.where('type', '=', filter.type)
  if (filter.household !== undefined) query = query.where('household', '=', filter.household)
  if (filter.cameras === true) query = query.where('camera', 'is not', null)
  if (filter.cursor !== undefined) {
    const [community, id] = decodeCursor(filter.cursor, ['string', 'string'])
    query = query.where((eb) =>
      eb.or([
        eb('community', '>', community),
        eb.and([eb('community', '=', community), eb('id', '>', id)]),
      ]),
    )
  }
  const rows = await query
    .orderBy('community')
    .orderBy('id')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.community, row.id],
    (row) => ({
      ...deviceOf(row),
      origin: originOf(row),
    }),
  )
}
