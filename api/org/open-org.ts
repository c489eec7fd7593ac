import type { DutySeed } from '../../config/org.ts'
import type { Clock } from '../../contracts/clock.ts'
import type { Unit } from '../../contracts/http/org.ts'
import type { Db } from '../db/open.ts'
import type { Logger } from '../logger.ts'
import type { Random } from '../random.ts'
import { type OrgBook, createOrgBook } from './org-book.ts'
import { seedOrg } from './seed.ts'

/** The organisation as the store has it, with what the file names and the store never knew. */
export async function openOrg(
  deps: {
    readonly db: Db
    readonly random: Random
    readonly clock: Clock
    readonly logger: Logger
  },
  seeds: { readonly units: readonly Unit[]; readonly duties?: readonly DutySeed[] },
): Promise<OrgBook> {
  const { db, random, clock } = deps
  const { units, duties = [] } = seeds
  await db.transaction().execute((trx) => seedOrg(trx, random, { units, duties }, clock()))
  const org = createOrgBook(deps)
  await org.reload()
  return org
}
