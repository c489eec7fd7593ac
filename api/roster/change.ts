import type { Roster, RosterChange, RosterSection } from '../../contracts/roster.ts'
import type { Trx } from '../db/open.ts'

/** What a change of ours touches, by section; versions are given by `recordChange`. */
export type Edit = {
  readonly [S in RosterSection]?: {
    readonly upsert?: Roster[S]
    readonly remove?: readonly string[]
  }
}

/** Counts the version up in the transaction of the change itself, so that none can be lost or pass another. */
export async function recordChange(trx: Trx, edit: Edit): Promise<RosterChange> {
  await trx
    .insertInto('roster_meta')
    .values({ id: 1, version: 1 })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        version: eb(eb.ref('roster_meta.version'), '+', 1),
      })),
    )
    .execute()
  const version = await rosterVersion(trx)
  const sections = Object.entries(edit).map(([section, part]) => [
    section,
    { upsert: part.upsert ?? [], remove: [...(part.remove ?? [])] },
  ])
  return { base: version - 1, version, ...Object.fromEntries(sections) } as RosterChange
}

export async function rosterVersion(trx: Trx): Promise<number> {
  const row = await trx
    .selectFrom('roster_meta')
    .select('version')
    .where('id', '=', 1)
    .executeTakeFirst()
  return row?.version ?? 0
}
