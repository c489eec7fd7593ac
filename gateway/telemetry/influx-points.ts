import type { IPoint } from 'influx'
import type { Reading } from '../model/input.ts'
import type { Value } from './rollup.ts'
import { timeMaxMs } from './time-series.ts'

/**
 * How readings lie in InfluxDB 1.x: one measurement, tags for the series, and one field per type, so that a
 * reading whose type changes never conflicts with itself.
 *
 * | field | what |
 * |---|---|
 * | `kind` | 0 number, 1 boolean, 2 string |
 * | `number` | the number; a boolean as 0 or 1 |
 * | `text` | the string |
 *
 * The time is `ts` in ns plus `seq` modulo 10^6, so that the same reading overwrites itself. Bare values have
 * a running number there instead and the tag `bare`, so that they never overwrite a numbered reading.
 */
export const measurement = 'reading'

export const kinds = { number: 0, boolean: 1, string: 2 } as const

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const unsafe = /[\u0000-\u001f\u007f%\\'"]/g

/**
 * A tag value for any name, reversible: what line protocol or a query could misread is percent-encoded. The
 * client escapes spaces, commas and equals signs. InfluxDB has no empty tag, so the empty name is `%`.
 */
export const tagOf = (name: string): string =>
  name === ''
    ? '%'
    : name.replace(
        unsafe,
        (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      )

/**
 * A string field as line protocol writes it. The client's own quoting turns `\'` into something else, so
 * the text is quoted here and handed over as an object, which the client writes as `String(value)`.
 */
class QuotedText {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return `"${this.#text.replace(/["\\]/g, '\\$&')}"`
  }
}

function fieldsOf(value: Value): Record<string, unknown> {
  if (typeof value === 'number') return { kind: kinds.number, number: value }
  if (typeof value === 'boolean') return { kind: kinds.boolean, number: value ? 1 : 0 }
  return { kind: kinds.string, text: new QuotedText(value) }
}

/** A value again, from the fields of a row; null where the row is not one of ours. */
export function valueOf(kind: unknown, number: unknown, text: unknown): Value | null {
  if (kind === kinds.string) return typeof text === 'string' ? text : null
  if (typeof number !== 'number') return null
  return kind === kinds.boolean ? number === 1 : number
}

const nanoseconds = (ts: number, rest: number): string =>
  `${Math.max(0, Math.floor(ts))}${String(rest % 1_000_000).padStart(6, '0')}`

/**
 * Points of readings. Bare values are numbered from `bareFrom` on, so that the same readings with the same
 * `bareFrom` give the same points: writing them again changes nothing. Values that are not finite and times
 * beyond `timeMaxMs` are left out and counted in `refused`; `bareNext` is where the next call goes on.
 */
export function pointsOf(
  readings: readonly Reading[],
  bareFrom: number,
): { readonly points: IPoint[]; readonly refused: number; readonly bareNext: number } {
  const points: IPoint[] = []
  let bareNext = bareFrom
  for (const { community, device, name, ts, seq, value } of readings) {
    if (typeof value === 'number' && !Number.isFinite(value)) continue
    if (!(ts <= timeMaxMs)) continue
    const tags = { community: tagOf(community), device: tagOf(device), reading: tagOf(name) }
    points.push({
      measurement,
      tags: seq === null ? { ...tags, bare: '1' } : tags,
      fields: fieldsOf(value),
      timestamp: nanoseconds(ts, seq ?? bareNext),
    })
    if (seq === null) bareNext = (bareNext + 1) % 1_000_000
  }
  return { points, refused: readings.length - points.length, bareNext }
}
