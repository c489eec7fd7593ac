import { sql } from 'kysely'
import type { Db } from '../db/open.ts'

export async function usedBytes(db: Db): Promise<number> {
  const row = await db
    .selectFrom('sounds')
    .select(({ fn }) => fn.sum('bytes').as('bytes'))
    .executeTakeFirst()
  return Number(row?.bytes ?? 0)
}

const noClipNamesIt = sql<boolean>`not exists (
  select 1 from broadcast_clips c where c.sound = sounds.sha256)`

/** The sound that nobody has needed for the longest time and no clip names; it can be made again. */
export async function leastNeeded(db: Db, usedBefore: number): Promise<string | null> {
  const row = await db
    .selectFrom('sounds')
    .select('sha256')
    .where(noClipNamesIt)
    .where('used_at', '<', usedBefore)
    .orderBy('used_at')
    .limit(1)
    .executeTakeFirst()
  return row?.sha256 ?? null
}

/** Sounds that no clip names: spoken ones after their days, the others after a grace. */
export async function unneeded(
  db: Db,
  before: { readonly speech: number; readonly other: number },
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('sounds')
    .select('sha256')
    .where(noClipNamesIt)
    .where((eb) =>
      eb.or([
        eb.and([eb('speech_key', 'is not', null), eb('used_at', '<', before.speech)]),
        eb.and([eb('speech_key', 'is', null), eb('used_at', '<', before.other)]),
      ]),
    )
    .orderBy('used_at')
    .limit(limit)
    .execute()
  return rows.map(({ sha256 }) => sha256)
}
