import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../contracts/clock.ts'
import { seesCommunity } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { identify, whoIs } from './access.ts'

/**
 * Whether whoever began to watch may still: signed in, not disabled, in the same role and area. A picture
 * that never ends is one request only; without this it would outlive the rights that began it.
 */
export async function stillMay(
  request: FastifyRequest,
  deps: { readonly db: Db; readonly clock: Clock },
  community: string,
): Promise<boolean> {
  const now = await identify(request, { ...deps, serviceToken: null })
  return now !== null && now.role === whoIs(request).role && seesCommunity(now, community)
}
