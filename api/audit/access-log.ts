import { type Clock, minuteMs } from '../../contracts/clock.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'

export interface AccessEntry {
  /** `camera.snapshot`, `camera.stream`, `evidence`, `command door.unlock`, … */
  readonly what: string
  readonly target: string
  readonly community: string
  readonly reason: string | null
  /** Write it each time: it changes something, and is no second look at the same page. */
  readonly each?: boolean
}

/** Who looked at what, or moved what, and why. Written before the picture is shown or the command sent. */
export type LogAccess = (principal: Principal, entry: AccessEntry) => Promise<void>

const keysMax = 5_000

/**
 * A page that shows a picture anew every second is one look: the same person, thing and reason is
 * written once in `lookMs`. Commands are written each time.
 */
export function createAccessLog(
  db: Db,
  clock: Clock,
  options: { readonly lookMs?: number } = {},
): LogAccess {
  const { lookMs = minuteMs } = options
  const looks = new Map<string, number>()

  function isRepeat(principal: Principal, entry: AccessEntry, now: number): boolean {
    if (entry.each === true || entry.what.startsWith('command')) return false
    const key = JSON.stringify([
      principal.id,
      entry.what,
      entry.community,
      entry.target,
      entry.reason,
    ])
    const before = looks.get(key)
    if (before !== undefined && now - before < lookMs) return true
    looks.delete(key)
    looks.set(key, now)
    const oldest = looks.keys().next().value
    if (looks.size > keysMax && oldest !== undefined) looks.delete(oldest)
    return false
  }

  return async (principal, entry) => {
    const now = clock()
    if (isRepeat(principal, entry, now)) return
    await db
      .insertInto('access_log')
      .values({
        ts: now,
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
