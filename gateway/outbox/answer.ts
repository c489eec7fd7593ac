/** What the api said, as far as the outbox cares. */
export interface ApiAnswer {
  /** HTTP status. */
  readonly status: number
  /** From `Retry-After`, ms from now; null when it is not said. */
  readonly retryAfterMs: number | null
  /** Parsed JSON, or null. */
  readonly body: unknown
}

export type Verdict = 'accepted' | 'later' | 'refused'

/**
 * Answers that blame the moment, the network or the configuration and not the item. 404 and 405 come from
 * a wrong address or a half-deployed api: an alarm is not set aside for that.
 */
const passing: ReadonlySet<number> = new Set([401, 403, 404, 405, 408, 425, 429])

/** `refused` only for a 4xx that would be the same tomorrow; everything unexpected is tried again later. */
export function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return 'accepted'
  if (status >= 400 && status < 500 && !passing.has(status)) return 'refused'
  return 'later'
}

/** `Retry-After` in seconds or as an HTTP date [RFC 9110, 10.2.3]; null when it is neither. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
