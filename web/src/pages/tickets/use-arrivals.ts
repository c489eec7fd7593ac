import { useEffect, useState } from 'react'
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
  arrivedAt(id: string): number
  letIn(): void
}

/** New rows wait behind "2 条新工单"; only an empty list shows them at once. */
export function useArrivals(items: readonly TicketSummary[] | undefined, scope: string): Arrivals {
  const [admitted, setAdmitted] = useState<Admitted | null>(null)
  const current = admitted?.scope === scope ? admitted : null
  const shown = (items ?? []).filter((ticket) => current === null || current.at.has(ticket.id))
  const waiting = (items?.length ?? 0) - shown.length

  useEffect(() => {
    if (items === undefined) return
    setAdmitted((before) => {
      if (before?.scope !== scope) return { scope, at: new Map(items.map((x) => [x.id, 0])) }
      const empty = !items.some((ticket) => before.at.has(ticket.id))
      return empty && items.length > 0 ? admitAll(before, items) : before
    })
  }, [items, scope])

  return {
    shown,
    waiting,
    arrivedAt: (id) => current?.at.get(id) ?? 0,
    letIn: () =>
      setAdmitted((before) => (before === null ? before : admitAll(before, items ?? []))),
  }
}

function admitAll(before: Admitted, items: readonly TicketSummary[]): Admitted {
  const now = Date.now()
  return { ...before, at: new Map(items.map((x) => [x.id, before.at.get(x.id) ?? now])) }
}
