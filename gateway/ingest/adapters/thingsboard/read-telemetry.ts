import { limits } from '../../../../contracts/limits.ts'
import { readingNamePattern } from '../../../../contracts/payloads.ts'
import type { Value } from '../shared/known-values.ts'
import { isRecord, isUnknown, parseBoolean, parseNumber } from '../shared/parse-value.ts'
import { meaningOf } from '../shared/property-names.ts'
import { toOurUnit } from '../shared/units.ts'

export interface Entry {
  /** Epoch ms; null where the sender left it to us. */
  readonly ts: number | null
  readonly values: Readonly<Record<string, unknown>>
}

const namePattern = new RegExp(readingNamePattern)
const textMax = 1_024

/** `{…}`, `{"ts", "values"}`, or an array of the second; null where it is none of them, or too long. */
export function readTelemetry(parsed: unknown): readonly Entry[] | null {
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  if (list.length > limits.readingsPerMessageMax) return null
  const entries: Entry[] = []
  for (const item of list) {
    if (!isRecord(item)) return null
    const { ts, values } = item
    if (isRecord(values)) entries.push({ ts: parseNumber(ts), values })
    else entries.push({ ts: null, values: item })
  }
  // Out of order as they may come, the newest is what is so now.
  return entries.sort((a, b) => (a.ts ?? Number.MAX_VALUE) - (b.ts ?? Number.MAX_VALUE))
}

/** Names that we know get our reading and its kind; others stay as they come. Null says nothing. */
export function readPair(
  key: string,
  raw: unknown,
): { readonly reading: string; readonly value: Value } | null {
  if (isUnknown(raw) || typeof raw === 'object') return null
  const meaning = meaningOf(key)
  if (meaning === null) {
    if (!namePattern.test(key)) return null
    if (typeof raw === 'string') return { reading: key, value: raw.slice(0, textMax) }
    return typeof raw === 'number' || typeof raw === 'boolean' ? { reading: key, value: raw } : null
  }
  const { reading, kind, unit = null, inverted = false } = meaning
  if (kind === 'number') {
    const value = parseNumber(raw)
    return value === null ? null : { reading, value: toOurUnit(reading, value, unit) }
  }
  const value = parseBoolean(raw)
  return value === null ? null : { reading, value: inverted ? !value : value }
}
