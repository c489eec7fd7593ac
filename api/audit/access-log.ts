import type { Clock } from '../../contracts/clock.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'

export interface AccessEntry {
  /** `camera.snapshot`, `camera.stream`, `evidence`, `command door.unlock`, … */
  readonly what: string
  readonly target: string
  readonly community: string
  readonly reason: string | null
}

/** Who looked at what, or moved what, and why. Written before the picture is shown or the command sent. */
export type LogAccess = (principal: Principal, entry: AccessEntry) => Promise<void>

export function createAccessLog(db: Db, clock: Clock): LogAccess {
  return async (principal, entry) => {
    await db
      .insertInto('access_log')
      .values({
        ts: clock(),
        who: principal.id,
        role: principal.role ?? 'key',
        what: entry.what,
        target: entry.target,
        community: entry.community,
        reason: entry.reason,
      })
      .execute()
  }
}
