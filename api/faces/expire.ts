import type { RosterChange } from '../../contracts/roster.ts'
import type { Services } from '../services.ts'
import { unlistOver } from '../passes/visitors.ts'
import { endExpired } from '../watchlist/watchlist.ts'
import { dropExpired } from './forget.ts'

/**
 * What runs out by itself: consents, visits, entries of the watch-list. In the store at once; the box
 * hears of it as soon as it can, and drops expired ones by its own clock meanwhile.
 */
export function createExpiry(
  deps: Pick<Services, 'transact' | 'clock' | 'push'> & { readonly watchlistEnabled: boolean },
): () => Promise<void> {
  return async () => {
    const changes = await deps.transact(async (trx): Promise<RosterChange[]> => {
      const now = deps.clock()
      return [
        ...(await dropExpired(trx, now)),
        ...(await unlistOver(trx, now)),
        ...(await endExpired(trx, now, deps.watchlistEnabled)),
      ]
    })
    // Not awaited: the pusher keeps what fails.
    for (const change of changes) void deps.push(change)
  }
}
