/**
 * The one place where foreign values become ours. Producers send numbers as text, booleans in six
 * spellings, and several words for "I do not know"; unknown is `null` and never `false` or 0.
 */
const unknownWords: ReadonlySet<string> = new Set([
  '',
  'none',
  'null',
  'nan',
  'unknown',
  'unavailable',
  'undefined',
])
const trueWords: ReadonlySet<string> = new Set(['true', 'on', '1', 'yes', 'active', 'open'])
const falseWords: ReadonlySet<string> = new Set(['false', 'off', '0', 'no', 'inactive', 'closed'])

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isUnknown = (raw: unknown): boolean =>
  raw === null ||
  raw === undefined ||
  (typeof raw === 'number' && !Number.isFinite(raw)) ||
  (typeof raw === 'string' && unknownWords.has(raw.trim().toLowerCase()))

/** A finite number, also out of text; null where it is none. */
export function parseNumber(raw: unknown): number | null {
  if (isUnknown(raw)) return null
  if (typeof raw === 'number') return raw
  if (typeof raw !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(raw.trim()))
    return null
  const value = Number(raw)
  return Number.isFinite(value) ? value : null
}

/** `true`, `"True"`, `"ON"`, `1`; null where it is neither yes nor no. */
export function parseBoolean(raw: unknown): boolean | null {
  if (typeof raw === 'boolean') return raw
  if (raw === 1 || raw === 0) return raw === 1
  if (typeof raw !== 'string') return null
  const word = raw.trim().toLowerCase()
  if (trueWords.has(word)) return true
  return falseWords.has(word) ? false : null
}

export const parseText = (raw: unknown, lengthMax: number): string | null =>
  typeof raw === 'string' && raw !== '' ? raw.slice(0, lengthMax) : null
