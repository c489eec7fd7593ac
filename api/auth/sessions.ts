import { type Clock, dayMs } from '../../contracts/clock.ts'
import { newId } from '../../contracts/ids.ts'
import type { Db, Trx } from '../db/open.ts'
import { randomOf } from '../random.ts'
import type { Principal } from './principal.ts'
import { hashToken, newToken } from './tokens.ts'
import { accountOf } from './users.ts'

export const sessionTtlMs = 7 * dayMs
const sessionsPerUserMax = 50

/** Opens a session; the answer is the only place where the token stands in clear. */
export async function openSession(trx: Trx, userId: string, now: number): Promise<string> {
  const token = newToken('ls')
  await trx.deleteFrom('sessions').where('expires_at', '<=', now).execute()
  await trx
    .insertInto('sessions')
    .values({
      id: newId('session', now, randomOf),
      token_hash: hashToken(token),
      user_id: userId,
      created_at: now,
      expires_at: now + sessionTtlMs,
    })
    .execute()
  const surplus = await trx
    .selectFrom('sessions')
    .select('id')
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1_000)
    .offset(sessionsPerUserMax)
    .execute()
  if (surplus.length > 0) {
    const ids = surplus.map(({ id }) => id)
    await trx.deleteFrom('sessions').where('id', 'in', ids).execute()
  }
  return token
}

/** The person behind a token, read anew each time: a changed role is in force with the next request. */
export async function findSession(db: Db, token: string, clock: Clock): Promise<Principal | null> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .selectAll('users')
    .select('sessions.id as session_id')
    .where('sessions.token_hash', '=', hashToken(token))
    .where('sessions.expires_at', '>', clock())
    .where('users.disabled', '=', 0)
    .executeTakeFirst()
  if (row === undefined) return null
  const account = accountOf(row)
  return {
    kind: 'user',
    id: account.id,
    name: account.name,
    role: account.role,
    areas: account.role === 'admin' ? null : account.areas,
    unit: account.unit,
    scopes: [],
    mustChangePassword: account.mustChangePassword,
    session: row.session_id,
    account,
  }
}

export async function closeSession(db: Db, id: string): Promise<void> {
  await db.deleteFrom('sessions').where('id', '=', id).execute()
}

export async function closeOtherSessions(trx: Trx, userId: string, keep: string): Promise<void> {
  await trx.deleteFrom('sessions').where('user_id', '=', userId).where('id', '!=', keep).execute()
}
