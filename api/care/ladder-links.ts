import { createHash } from 'node:crypto'
import { hourMs } from '../../contracts/clock.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Random } from '../random.ts'
import type { SteadyClock } from '../timers/steady-clock.ts'

/** A link in a message to a relative: 192 bits of chance, of which only the hash is kept. */
const tokenBytes = 24
const livesMs = 48 * hourMs
export const tokenPattern = '^[A-Za-z0-9_-]{32}$'

export interface LinkDeps {
  readonly random: Random
  readonly steady: SteadyClock
}

export interface FoundLink {
  readonly run: string
  readonly step: string
  readonly person: string
  readonly language: 'zh' | 'en'
  readonly used: boolean
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Where the answer page is; whoever carries the message puts the address of the box before it. */
export const linkPath = (token: string): string => `/api/v1/ladder/answer/${token}`

export async function createLink(
  trx: Trx,
  deps: LinkDeps,
  link: Omit<FoundLink, 'used'>,
  now: number,
): Promise<string> {
  const token = Buffer.from(deps.random(tokenBytes)).toString('base64url')
  await trx
    .insertInto('ladder_links')
    .values({
      token_hash: hashOf(token),
      run: link.run,
      step: link.step,
      person: link.person,
      language: link.language,
      created_at: now,
      expires_at: deps.steady.now() + livesMs,
      used_at: null,
    })
    .execute()
  return token
}

/** Null when there is none, or its time is over. */
export async function findLink(
  db: Db | Trx,
  deps: Pick<LinkDeps, 'steady'>,
  token: string,
): Promise<FoundLink | null> {
  const row = await db
    .selectFrom('ladder_links')
    .selectAll()
    .where('token_hash', '=', hashOf(token))
    .executeTakeFirst()
  if (row === undefined || row.expires_at <= deps.steady.now()) return null
  const language = row.language === 'en' ? 'en' : 'zh'
  return { run: row.run, step: row.step, person: row.person, language, used: row.used_at !== null }
}

/** True for the first who uses it. */
export async function useUp(trx: Trx, token: string, now: number): Promise<boolean> {
  const result = await trx
    .updateTable('ladder_links')
    .set({ used_at: now })
    .where('token_hash', '=', hashOf(token))
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
