import { type Expression, sql, type SqlBool } from 'kysely'
import { decodeCursor } from '../pages.ts'

export interface ArchiveFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly community?: string | undefined
}

/**
 * What a page of an archive may show, in the order of ids: the areas of the person (null: all), the
 * community that was asked for, and what comes after the cursor.
 */
export function onPage(
  filter: Omit<ArchiveFilter, 'limit'>,
  areas: readonly string[] | null,
): Expression<SqlBool> {
  const { community, cursor } = filter
  const parts = [
    ...(areas === null ? [] : [sql`community in (${sql.join(['', ...areas])})`]),
    ...(community === undefined ? [] : [sql`community = ${community}`]),
    ...(cursor === undefined ? [] : [sql`id > ${decodeCursor(cursor, ['string'])[0]}`]),
  ]
  return sql<SqlBool>`${sql.join([sql`1 = 1`, ...parts], sql` and `)}`
}
