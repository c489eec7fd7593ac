import { isUtf8 } from 'node:buffer'
import type { ErrorCode } from '../../contracts/errors.ts'

/** Why a payload, or one element of it, was refused. */
export interface Refusal {
  readonly code: ErrorCode
  readonly detail: string
}

export const refuse = (code: ErrorCode, detail: string): Refusal => ({ code, detail })

const depthMax = 16

/** The text of a payload; null where the bytes are not UTF-8. */
export function payloadText(payload: Uint8Array): string | null {
  const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const text = buffer.toString('utf8')
  // Only a text with the replacement character can have come from broken bytes.
  return text.includes('\ufffd') && !isUtf8(buffer) ? null : text
}

/** JSON.parse that answers instead of throwing; `undefined` is no JSON value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Walks a parsed value without recursion: too deep, or a number that JSON.parse turned into Infinity. */
export function checkTree(root: unknown): Refusal | null {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthMax) return refuse('payload.invalid', `nested deeper than ${depthMax}`)
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value === 'number' && !Number.isFinite(value))
        return refuse('payload.not-finite', 'a number is not finite')
      if (typeof value === 'object' && value !== null)
        for (const child of Object.values(value)) next.push(child)
    }
    level = next
  }
  return null
}
