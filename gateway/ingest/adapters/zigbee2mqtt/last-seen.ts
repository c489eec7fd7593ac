/** Epoch ms of `last_seen` (ISO 8601 with a zone, or epoch ms); null where it has none that we can place in time. */
export function lastSeenOf(raw: unknown): number | null {
  if (typeof raw === 'number') return Number.isFinite(raw) && raw > 0 ? raw : null
  if (typeof raw !== 'string' || !/(Z|[+-]\d{2}:?\d{2})$/.test(raw)) return null
  const at = Date.parse(raw)
  return Number.isFinite(at) ? at : null
}
