import { CodedError } from '../contracts/errors.ts'
import { limits } from '../contracts/limits.ts'

/** A keyset cursor: the sort key of the last row seen. Opaque to clients. */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url')

/** Reads a cursor back; anything that is not one of ours is `request.invalid`. */
export function decodeCursor<const K extends readonly ('string' | 'number')[]>(
  cursor: string,
  kinds: K,
): { [I in keyof K]: K[I] extends 'string' ? string : number } {
  let key: unknown
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    key = null
  }
  const fits =
    Array.isArray(key) &&
    key.length === kinds.length &&
    kinds.every((kind, i) => typeof key[i] === kind)
  if (!fits) throw new CodedError('request.invalid', 'cursor: use `next` of the page before')
  return key as never
}

/** Cuts the row too many that tells whether there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
  itemOf: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items: page.map(itemOf), next: more ? encodeCursor(keyOf(last)) : null }
}

/** A page of a list that lies in memory; the cursor is a position. */
export function sliceOf<Item>(
  items: readonly Item[],
  query: { readonly limit?: number; readonly cursor?: string },
): { items: Item[]; next: string | null } {
  const { limit = limits.listMax, cursor } = query
  const from = cursor === undefined ? 0 : decodeCursor(cursor, ['number'])[0]
  const to = from + limit
  return { items: items.slice(from, to), next: to < items.length ? encodeCursor([to]) : null }
}
