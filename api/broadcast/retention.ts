import { type Clock, dayMs } from '../../contracts/clock.ts'
import type { BroadcastSettings } from '../../config/broadcast-schema.ts'
import type { BroadcastMeans } from '../../contracts/http/broadcast.ts'
import type { Db } from '../db/open.ts'
import type { Transact } from '../db/transact.ts'
import type { Logger } from '../logger.ts'
import type { Sounds } from '../sounds/sounds.ts'

export type Removed = BroadcastMeans['removed']

export interface BroadcastRetention {
  /** Removes what is past its time; says how many rows and files went. */
  sweep(): Promise<number>
  /** Since the start. */
  readonly removed: Removed
}

const sweepMax = 500

/** Announcements that are over, clips that nobody plays, and sounds that nobody needs; says in the log what went. */
export function createBroadcastRetention(
  deps: {
    readonly db: Db
    readonly transact: Transact
    readonly clock: Clock
    readonly logger: Logger
    readonly sounds: Pick<Sounds, 'sweep'>
  },
  settings: Pick<BroadcastSettings, 'keepDays' | 'clipDays'>,
): BroadcastRetention {
  const { clock, transact } = deps
  let removed: Removed = { at: null, broadcasts: 0, clips: 0, sounds: 0, files: 0, bytes: 0 }
  return {
    get removed() {
      return removed
    },
    async sweep() {
      const now = clock()
      const broadcasts = await transact((trx) =>
        oldBroadcasts(trx, now - settings.keepDays * dayMs),
      )
      const clips = await transact((trx) => idleClips(trx, now - settings.clipDays * dayMs))
      const { sounds, bytes, files } = await deps.sounds.sweep()
      const gone = broadcasts + clips + sounds + files
      if (gone === 0) return 0
      deps.logger.info(
        { broadcasts, clips, sounds, files, bytes },
        'broadcast: removed what was past its time',
      )
      removed = {
        at: now,
        broadcasts: removed.broadcasts + broadcasts,
        clips: removed.clips + clips,
        sounds: removed.sounds + sounds,
        files: removed.files + files,
        bytes: removed.bytes + bytes,
      }
      return gone
    },
  }
}

type Trx = Parameters<Parameters<Transact>[0]>[0]

/** Over for so long; of a weekly one that goes on, the receipts of runs so old. */
async function oldBroadcasts(trx: Trx, before: number): Promise<number> {
  await trx.deleteFrom('broadcast_receipts').where('run_at', '<', before).execute()
  const over = await trx
    .selectFrom('broadcasts')
    .select('id')
    .where('state', 'in', ['done', 'cancelled'])
    .where('created_at', '<', before)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('broadcast_receipts')
            .select('broadcast_receipts.id')
            .whereRef('broadcast_receipts.broadcast', '=', 'broadcasts.id'),
        ),
      ),
    )
    .limit(sweepMax)
    .execute()
  if (over.length === 0) return 0
  const ids = over.map(({ id }) => id)
  await trx.deleteFrom('broadcasts').where('id', 'in', ids).execute()
  return ids.length
}

async function idleClips(trx: Trx, before: number): Promise<number> {
  const idle = await trx
    .selectFrom('broadcast_clips')
    .select('id')
    .where('used_at', '<', before)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('broadcasts')
            .select('broadcasts.id')
            .whereRef('broadcasts.clip', '=', 'broadcast_clips.id')
            .where('broadcasts.state', 'in', ['scheduled', 'speaking']),
        ),
      ),
    )
    .limit(sweepMax)
    .execute()
  if (idle.length === 0) return 0
  const ids = idle.map(({ id }) => id)
  await trx.deleteFrom('broadcast_clips').where('id', 'in', ids).execute()
  return ids.length
}
