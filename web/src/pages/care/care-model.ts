import type { CareItem, CareState } from '../../../../contracts/care.ts'
import type { TicketSummary } from '../../../../contracts/ticket.ts'
import type { StateKind } from '../../look/state-shape.tsx'

export const shapeOfCare: Readonly<Record<CareState, StateKind>> = {
  ok: 'ok',
  watch: 'watch',
  unseen: 'critical',
  'cannot-tell': 'cannot',
  away: 'away',
}

/** Who may need somebody comes first; then by how long nobody has seen them. */
const rank: Readonly<Record<CareState, number>> = {
  unseen: 0,
  'cannot-tell': 1,
  watch: 2,
  away: 3,
  ok: 4,
}

export const sortCare = (items: readonly CareItem[]): CareItem[] =>
  [...items].sort(
    (a, b) =>
      rank[a.state] - rank[b.state] || (a.lastEvidence?.ts ?? 0) - (b.lastEvidence?.ts ?? 0),
  )

export interface CareCounts {
  readonly seen: number
  readonly cannot: number
  readonly unseen: number
  readonly away: number
}

export function countCare(items: readonly CareItem[]): CareCounts {
  const of = (...states: readonly CareState[]) =>
    items.filter((item) => states.includes(item.state)).length
  return {
    seen: of('ok', 'watch'),
    cannot: of('cannot-tell'),
    unseen: of('unseen'),
    away: of('away'),
  }
}

/** The open ticket about a person, if there is one. */
export const ticketAbout = (
  item: CareItem,
  tickets: readonly TicketSummary[],
): TicketSummary | null =>
  tickets.find(
    (ticket) =>
      ticket.subject?.id === item.resident.id &&
      ticket.anomaly !== null &&
      /^(resident|care)\./.test(ticket.anomaly.type),
  ) ?? null

export const nameOf = (item: CareItem): string =>
  item.resident.honorific === '' ? item.resident.name : item.resident.honorific
