/** How a deadline is shown: pure, so that the clock and the list agree. */
export type SlaTone = 'calm' | 'warn' | 'hot' | 'late' | 'paused'

export interface SlaInput {
  readonly createdAt: number
  readonly dueAt: number | null
  readonly suspended: boolean
}

export interface Sla {
  readonly tone: SlaTone
  /** What is left, 0..1 of the whole. */
  readonly left: number
  /** Negative once it is late. */
  readonly leftMs: number
}

/** Grey; ochre from 50 % used; red from 80 %; after 100 % late. Null where nothing is due. */
export function slaOf(ticket: SlaInput, now: number): Sla | null {
  if (ticket.dueAt === null) return null
  const wholeMs = Math.max(1, ticket.dueAt - ticket.createdAt)
  const leftMs = ticket.dueAt - now
  const left = Math.min(1, Math.max(0, leftMs / wholeMs))
  if (ticket.suspended) return { tone: 'paused', left, leftMs }
  if (leftMs < 0) return { tone: 'late', left: 0, leftMs }
  const used = 1 - left
  return { tone: used >= 0.8 ? 'hot' : used >= 0.5 ? 'warn' : 'calm', left, leftMs }
}
