import type { Value } from './rollup.ts'

export type StoredValue = number | bigint | string

/** A number becomes REAL, a boolean INTEGER 0 or 1, a string TEXT. Null for what is not finite. */
export function encodeValue(value: Value): StoredValue | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'boolean') return value ? 1n : 0n
  return value
}

/** `kind` is SQLite's typeof(): `real`, `integer` or `text`. */
export const decodeValue = (value: number | string, kind: string): Value =>
  kind === 'integer' ? value === 1 : value

/** UTF-8 bytes of a string, else 0: what a value takes beyond a row's fixed size. */
export const textBytes = (value: StoredValue): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : 0
