import { CodedError } from '../../contracts/errors.ts'
import type { Filing } from '../../contracts/http/access.ts'
import type { Db, Trx } from '../db/open.ts'

/**
 * Who stores the faces of 100,000 persons files it within 30 working days (Face Measures art. 15,
 * control C10). All communities of this box count together, the watch-list too.
 */
const limit = 100_000
const warnAt = 80_000

export async function readFiling(db: Db | Trx, filingNumber: string | null): Promise<Filing> {
  const residents = await db
    .selectFrom('faces')
    .select(({ fn }) => fn.count('resident').distinct().as('n'))
    .executeTakeFirst()
  const watched = await db
    .selectFrom('watchlist')
    .select(({ fn }) => fn.countAll().as('n'))
    .where('approved_at', 'is not', null)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst()
  const persons = Number(residents?.n ?? 0) + Number(watched?.n ?? 0)
  return { persons, warnAt, limit, state: stateOf(persons, filingNumber) }
}

function stateOf(persons: number, filingNumber: string | null): Filing['state'] {
  if (persons < warnAt) return 'ok'
  if (filingNumber !== null) return 'filed'
  return persons < limit ? 'warn' : 'limit'
}

/** Throws `face.filing-limit` when one more person needs the filing first. */
export async function checkFiling(db: Db | Trx, filingNumber: string | null): Promise<void> {
  const { state, persons } = await readFiling(db, filingNumber)
  if (state === 'limit') throw new CodedError('face.filing-limit', `${persons} persons are stored`)
}
