import { useState } from 'react'
import type { TicketSummary } from '../../../../contracts/ticket.ts'

interface Admitted {
  readonly scope: string
  /** When each was let in; 0 for those that stood there first. */
  readonly at: ReadonlyMap<string, number>
}

export interface Arrivals {
  readonly shown: readonly TicketSummary[]
  /** New ones that wait behind the bar. */
  readonly waiting: number
  /** When a shown row was let in; 0 where it stood there first. */
  readonly arrivedAt: (id: string) => number
  readonly letIn: () => void
}

/** New rows wait behind "2 条新工单"; only an empty list shows them at once. */
export function useArrivals(
  items: readonly TicketSummary[] | undefined,
  scope: string,
  now: number,
): Arrivals {
  const [admitted, setAdmitted] = useState<Admitted | null>(null)
  const current = settle(admitted, items, scope, now)
  if (current !== admitted) setAdmitted(current)
  const shown = (items ?? []).filter((ticket) => current?.at.has(ticket.id) === true)
  return {
    shown,
    waiting: (items?.length ?? 0) - shown.length,
    arrivedAt: (id) => current?.at.get(id) ?? 0,
    letIn: () => current !== null && setAdmitted(admitAll(current, items ?? [], Date.now())),
  }
}

/** Whom the list shows: all that stood there first, then those that were let in. */
function settle(
  before: Admitted | null,
  items: readonly TicketSummary[] | undefined,
  scope: string,
  now: number,
): Admitted | null {
  if (items === undefined) return before?.scope === scope ? before : null
  if (before?.scope !== scope) return { scope, at: new Map(items.map((x) => [x.id, 0])) }
  const bare = items.length > 0 && !items.some((ticket) => before.at.has(ticket.id))
  return bare ? admitAll(before, items, now) : before
}

const admitAll = (before: Admitted, items: readonly TicketSummary[], now: number): Admitted => ({
  ...before,
  at: new Map(items.map((x) => [x.id, before.at.get(x.id) ?? now])),
})
