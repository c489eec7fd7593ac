import type { Selectable } from 'kysely'
import { CodedError } from '../../contracts/errors.ts'
import type { ClipItem } from '../../contracts/http/broadcast.ts'
import { newId } from '../../contracts/ids.ts'
import type { Actor } from '../auth/principal.ts'
import type { BroadcastClipsTable } from '../db/broadcast-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Random } from '../random.ts'
import type { SoundType } from '../sounds/sound-type.ts'
import type { Sound } from '../sounds/sound-shelf.ts'

type ClipRow = Selectable<BroadcastClipsTable>

/** Clips of one community; more than this is no library but a heap. */
const clipsMax = 1_000

export interface BroughtClip {
  readonly community: string
  readonly name: string
  readonly sound: Sound
  readonly sourceType: SoundType
}

export async function keepClip(
  trx: Trx,
  random: Random,
  { community, name, sound, sourceType }: BroughtClip,
  actor: Actor,
  now: number,
): Promise<ClipRow> {
  const counted = await trx
    .selectFrom('broadcast_clips')
    .select(({ fn }) => fn.countAll().as('n'))
    .where('community', '=', community)
    .executeTakeFirst()
  if (Number(counted?.n ?? 0) >= clipsMax)
    throw new CodedError('sound.full', `${clipsMax} clips of this community`)
  const row: ClipRow = {
    id: newId('clip', now, random),
    community,
    name,
    sound: sound.sha256,
    duration_ms: sound.durationMs,
    source_type: sourceType,
    created_by: actor.id,
    created_by_name: actor.name,
    created_at: now,
    used_at: now,
  }
  await trx.insertInto('broadcast_clips').values(row).execute()
  return row
}

export const findClip = async (db: Db | Trx, id: string): Promise<ClipRow | null> =>
  (await db.selectFrom('broadcast_clips').selectAll().where('id', '=', id).executeTakeFirst()) ??
  null

/** The sound of a clip; null where it was deleted. */
export async function clipOf(db: Db, id: string): Promise<Sound | null> {
  const row = await db
    .selectFrom('broadcast_clips')
    .innerJoin('sounds', 'sounds.sha256', 'broadcast_clips.sound')
    .select(['sounds.sha256', 'sounds.bytes', 'sounds.duration_ms as durationMs'])
    .where('broadcast_clips.id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

export async function markClipUsed(trx: Trx, id: string, now: number): Promise<void> {
  await trx.updateTable('broadcast_clips').set({ used_at: now }).where('id', '=', id).execute()
}

/** Its sound goes with the next sweep, if nothing else needs it. */
export async function deleteClip(trx: Trx, id: string): Promise<void> {
  const still = await trx
    .selectFrom('broadcasts')
    .select('id')
    .where('clip', '=', id)
    .where('state', 'in', ['scheduled', 'speaking'])
    .executeTakeFirst()
  if (still !== undefined) throw new CodedError('broadcast.clip-in-use', still.id)
  await trx.deleteFrom('broadcast_clips').where('id', '=', id).execute()
}

export const clipItem = (row: ClipRow): ClipItem => ({
  id: row.id,
  community: row.community,
  name: row.name,
  durationMs: row.duration_ms,
  sourceType: row.source_type as SoundType,
  createdBy: row.created_by_name,
  createdAt: row.created_at,
  usedAt: row.used_at,
})
