/** Bytes `[from, to]`, both included. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/**
 * One range of a `Range` header (RFC 9110, 14.1.2). Null: send all, as for a unit or a list of ranges
 * that we do not know; `unsatisfiable`: 416.
 */
export function byteRange(
  header: string | undefined,
  length: number,
): ByteRange | null | 'unsatisfiable' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return null
  if (first === '') {
    const suffix = Number(last)
    return suffix === 0 || length === 0
      ? 'unsatisfiable'
      : { from: Math.max(0, length - suffix), to: length - 1 }
  }
  const from = Number(first)
  const to = last === '' ? length - 1 : Math.min(Number(last), length - 1)
  if (last !== '' && Number(last) < from) return null
  return from >= length ? 'unsatisfiable' : { from, to }
}
