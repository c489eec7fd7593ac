import type { Severity } from '../../../../contracts/anomaly.ts'
import type { Account } from '../../../../contracts/http/auth.ts'
import type { TicketStatus, TicketSummary } from '../../../../contracts/ticket.ts'
import { slaOf } from '../../look/sla-model.ts'
import { midnightOf } from '../../text/zone.ts'

const dayMs = 86_400_000

/** Lists group by what to do next; this file decides, the rows only show. */
export const groupIds = ['now', 'dispatch', 'handling', 'verify', 'close', 'done'] as const
export type GroupId = (typeof groupIds)[number]

export interface Group {
  readonly id: GroupId
  readonly tickets: readonly TicketSummary[]
}

const stageOf: Readonly<Record<TicketStatus, GroupId>> = {
  received: 'dispatch',
  filed: 'dispatch',
  dispatched: 'handling',
  accepted: 'handling',
  handling: 'handling',
  handled: 'verify',
  verified: 'close',
  closed: 'done',
  rejected: 'done',
  withdrawn: 'done',
}
const statuses = Object.keys(stageOf) as TicketStatus[]
const inStage = (done: boolean) =>
  statuses.filter((status) => (stageOf[status] === 'done') === done).join(',')

/** Queries of `GET /tickets`. */
export const openFilter = { status: inStage(false) } as const
export const doneFilter = { status: inStage(true), limit: 200 } as const

const severityRank: Readonly<Record<Severity, number>> = { critical: 0, major: 1, minor: 2 }

export const isSuspended = (ticket: TicketSummary) => ticket.flags.includes('suspended')

/** Somebody must act at once: critical or nearly out of time, and not yet handled. */
function isUrgent(ticket: TicketSummary, now: number): boolean {
  const stage = stageOf[ticket.status]
  if ((stage !== 'dispatch' && stage !== 'handling') || isSuspended(ticket)) return false
  const sla = slaOf({ ...ticket, suspended: false }, now)
  return ticket.severity === 'critical' || sla?.tone === 'hot' || sla?.tone === 'late'
}

export const groupOf = (ticket: TicketSummary, now: number): GroupId =>
  isUrgent(ticket, now) ? 'now' : stageOf[ticket.status]

/** Least time left first; without a deadline by severity, then the oldest. */
function byUrgency(a: TicketSummary, b: TicketSummary): number {
  return (
    (a.dueAt ?? Number.MAX_SAFE_INTEGER) - (b.dueAt ?? Number.MAX_SAFE_INTEGER) ||
    severityRank[a.severity] - severityRank[b.severity] ||
    a.createdAt - b.createdAt
  )
}

const byEnd = (a: TicketSummary, b: TicketSummary) =>
  (b.closedAt ?? b.updatedAt) - (a.closedAt ?? a.updatedAt)

/** Groups in the order of work; empty ones are left out. */
export function groupTickets(tickets: readonly TicketSummary[], now: number): Group[] {
  return groupIds
    .map((id) => ({
      id,
      tickets: tickets
        .filter((ticket) => groupOf(ticket, now) === id)
        .sort(id === 'done' ? byEnd : byUrgency),
    }))
    .filter((group) => group.tickets.length > 0)
}

/**
 * Fresh facts in the places that the rows had: nothing jumps under the pointer. Rows that are gone
 * leave; rows that were let in come first in their group.
 */
export function holdPlaces(
  before: readonly Group[],
  fresh: readonly TicketSummary[],
  now: number,
): Group[] {
  const byId = new Map(fresh.map((ticket) => [ticket.id, ticket]))
  const placed = new Set(before.flatMap((group) => group.tickets.map((ticket) => ticket.id)))
  const unplaced = groupTickets(
    fresh.filter((ticket) => !placed.has(ticket.id)),
    now,
  )
  return groupIds
    .map((id) => ({
      id,
      tickets: [
        ...(unplaced.find((group) => group.id === id)?.tickets ?? []),
        ...(before.find((group) => group.id === id)?.tickets ?? []).flatMap((ticket) => {
          const now = byId.get(ticket.id)
          return now === undefined ? [] : [now]
        }),
      ],
    }))
    .filter((group) => group.tickets.length > 0)
}

export type SourceKind =
  | 'machine'
  | 'camera'
  | 'care'
  | 'staff'
  | 'grid'
  | 'resident'
  | 'hotline'
  | 'import'
const seenByCamera = /^(vehicle|camera|stall|ebike|person|crowd|flame|watchlist)\./
const seenByCare = /^(resident|care)\./

/** Machine tickets say which kind of machine. */
export function sourceOf(ticket: TicketSummary): SourceKind {
  const type = ticket.anomaly?.type ?? ''
  if (ticket.source.kind !== 'machine') return ticket.source.kind
  if (seenByCare.test(type)) return 'care'
  return seenByCamera.test(type) ? 'camera' : 'machine'
}

/** Cannot-tell has its own shape: it is never painted as a lesser alarm. */
export const shapeOf = (ticket: TicketSummary) =>
  ticket.anomaly?.type === 'resident.cannot-tell' ? ('cannot' as const) : ticket.severity

/** What waits for this very person: theirs by name, or a desk's turn. */
export function isMine(ticket: TicketSummary, me: Account): boolean {
  if (ticket.assignee?.id === me.id) return true
  if (me.unit !== null && ticket.unit === me.unit) return true
  const desk = me.role === 'admin' || me.role === 'staff'
  const stage = stageOf[ticket.status]
  return desk && (stage === 'dispatch' || stage === 'verify' || stage === 'close')
}

export type DueFilter = 'today' | 'late'
export interface InboxFilter {
  readonly text: string
  readonly severity: Severity | null
  readonly source: SourceKind | null
  readonly due: DueFilter | null
}

export function fits(ticket: TicketSummary, filter: InboxFilter, now: number): boolean {
  const { text, severity, source, due } = filter
  if (severity !== null && ticket.severity !== severity) return false
  if (source !== null && sourceOf(ticket) !== source) return false
  if (due === 'late' && !(ticket.dueAt !== null && ticket.dueAt < now)) return false
  if (due === 'today' && !(ticket.dueAt !== null && ticket.dueAt < midnightOf(now) + dayMs))
    return false
  const hay = [
    ticket.number,
    ticket.title,
    ticket.titleEn,
    ticket.place?.name,
    ticket.subject?.name,
    ticket.source.device,
    ticket.assignee?.name,
  ]
  const needle = text.trim().toLowerCase()
  return needle === '' || hay.some((part) => (part ?? '').toLowerCase().includes(needle))
}
