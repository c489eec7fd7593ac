import type { HttpAnswer } from './http-call.ts'
import type { Outcome } from './channel.ts'

/** What an HTTP status means where the body says nothing; null for 2xx. */
export function refusedByStatus({ status, text, retryAfterMs }: HttpAnswer): Outcome | null {
  if (status >= 200 && status < 300) return null
  const detail = `HTTP ${status} ${shortened(text)}`.trim()
  const code = `http-${status}`
  const after = retryAfterMs === null ? {} : { afterMs: retryAfterMs }
  if (status === 408 || status === 429 || status >= 500)
    return { kind: 'retry', code, detail, ...after }
  return { kind: 'failed', code, detail }
}

/** The body as JSON object; null where it is none. */
export function jsonOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

const detailMax = 200

export const shortened = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').trim().slice(0, detailMax)

/** Bytes, not signs, are what providers count; nothing is cut within a sign. */
export function cutBytes(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text
  let kept = ''
  let bytes = Buffer.byteLength('…')
  for (const sign of text) {
    bytes += Buffer.byteLength(sign)
    if (bytes > bytesMax) break
    kept += sign
  }
  return `${kept}…`
}
