import { checkTree, parseJson, payloadText } from '../../payload-text.ts'
import { isRecord } from '../shared/parse-value.ts'

type Json = Readonly<Record<string, unknown>>

export interface OnvifBody {
  /** Epoch ms of `UtcTime`. */
  readonly at: number | null
  readonly source: Json
  readonly data: Json
}

/** `{UtcTime, Source, Data}`; null where it is none. */
export function readBody(payload: Uint8Array): OnvifBody | null {
  const text = payloadText(payload)
  const parsed = text === null ? undefined : parseJson(text)
  if (!isRecord(parsed) || checkTree(parsed) !== null) return null
  const { UtcTime: time, Source: source, Data: data } = parsed
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return {
    at: Number.isFinite(at) ? at : null,
    source: isRecord(source) ? source : {},
    data: isRecord(data) ? data : {},
  }
}

/** Simple items, quoted or not; elements that nest are left out. */
export function flatItems({ source, data }: OnvifBody): Record<string, string> {
  const items = [...Object.entries(source), ...Object.entries(data)].slice(0, 32)
  return Object.fromEntries(
    items.flatMap(([key, raw]) =>
      typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean'
        ? [[key.slice(0, 64), String(raw).slice(0, 200)]]
        : [],
    ),
  )
}
