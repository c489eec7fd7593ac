import type { Selectable } from 'kysely'
import { dayMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { ModeItem, ModePut } from '../../contracts/http/modes.ts'
import { newId } from '../../contracts/ids.ts'
import type { CommunityMode, RosterChange } from '../../contracts/roster.ts'
import type { Actor } from '../auth/principal.ts'
import type { ModesTable } from '../db/access-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Random } from '../random.ts'
import { recordChange } from '../roster/change.ts'
import { modeOf } from '../roster/rows.ts'

export type ModeRow = Selectable<ModesTable>

/** A mode that nobody ends is asked for again after so long: none holds for years by oversight. */
const lastsMaxMs = 366 * dayMs

export const modeItem = (row: ModeRow, now: number): ModeItem => ({
  ...modeOf(row),
  active: row.from_at <= now && (row.to_at === null || now < row.to_at),
})

/** Modes that hold or are to come: neither ended by hand nor over. */
export async function standingModes(db: Db | Trx, now: number): Promise<ModeRow[]> {
  return db
    .selectFrom('modes')
    .selectAll()
    .where('ended_at', 'is', null)
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', now)]))
    .orderBy('id')
    .execute()
}

interface Given {
  readonly community: string
  readonly mode: CommunityMode
  readonly by: Actor
  readonly now: number
}

/** Declares a mode; one of the same kind that stands in the community is replaced by it. */
export async function declareMode(
  trx: Trx,
  random: Random,
  body: ModePut,
  given: Given,
): Promise<{ row: ModeRow; change: RosterChange }> {
  const { community, mode, by, now } = given
  const from = body.from ?? now
  const to = body.to ?? null
  if (to !== null && (to <= from || to <= now))
    throw new CodedError('request.invalid', 'to must lie ahead, after from')
  if ((to ?? from) - now > lastsMaxMs)
    throw new CodedError('request.invalid', 'a mode is declared for at most 366 days')
  const replaced = await endStanding(trx, given)
  const row: ModeRow = {
    id: newId('mode', now, random),
    community,
    mode,
    from_at: from,
    to_at: to,
    reason: body.reason.trim(),
    by_id: by.id,
    by_name: by.name,
    created_at: now,
    ended_at: null,
    ended_by: null,
  }
  await trx.insertInto('modes').values(row).execute()
  const change = await recordChange(trx, { modes: { upsert: [modeOf(row)], remove: replaced } })
  return { row, change }
}

/** Ends a mode now. Null where none of this kind stands in the community. */
export async function endMode(trx: Trx, given: Given): Promise<RosterChange | null> {
  const ended = await endStanding(trx, given)
  return ended.length === 0 ? null : recordChange(trx, { modes: { remove: ended } })
}

async function endStanding(trx: Trx, { community, mode, by, now }: Given): Promise<string[]> {
  const standing = (await standingModes(trx, now)).filter(
    (row) => row.community === community && row.mode === mode,
  )
  const ids = standing.map(({ id }) => id)
  if (ids.length === 0) return []
  await trx
    .updateTable('modes')
    .set({ ended_at: now, ended_by: by.name })
    .where('id', 'in', ids)
    .execute()
  return ids
}
