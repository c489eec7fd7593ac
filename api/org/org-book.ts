import type { Selectable } from 'kysely'
import { type Unit, unitKinds } from '../../contracts/http/org.ts'
import { fromJson } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import type { UnitsTable } from '../db/org-schema.ts'
import type { Logger } from '../logger.ts'

/** How long a process may not know of a unit that another one added. */
const rereadMs = 5_000

export interface OrgBook {
  /** The units as they are now: the same list, filled anew by each change. */
  readonly units: readonly Unit[]
  has(id: string): boolean
  reload(): Promise<void>
  start(): void
  close(): void
}

export const unitOf = (row: Selectable<UnitsTable>): Unit => ({
  id: row.id,
  kind: unitKinds.find((kind) => kind === row.kind) ?? 'department',
  name: { zh: row.zh, en: row.en },
  parent: row.parent,
  ...(row.position === null
    ? {}
    : { position: fromJson(row.position) as { lat: number; lon: number } }),
})

export async function readUnits(db: Db | Trx): Promise<Unit[]> {
  const rows = await db
    .selectFrom('units')
    .selectAll()
    .where('ended_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(unitOf)
}

/**
 * Everybody asks for units all the time, and they hardly change: they are kept in memory. Changes of
 * this process are known at once, those of another one on the same database after seconds.
 */
export function createOrgBook(deps: { readonly db: Db; readonly logger: Logger }): OrgBook {
  const units: Unit[] = []
  let timer: NodeJS.Timeout | null = null
  const reload = async (): Promise<void> => {
    const read = await readUnits(deps.db)
    units.splice(0, units.length, ...read)
  }
  return {
    units,
    has: (id) => units.some((unit) => unit.id === id),
    reload,
    start() {
      timer = setInterval(() => {
        reload().catch((error: unknown) => deps.logger.error({ err: error }, 'units not read'))
      }, rereadMs)
      timer.unref()
    },
    close() {
      if (timer !== null) clearInterval(timer)
    },
  }
}
