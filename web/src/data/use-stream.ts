import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { StreamEvent } from '../../../contracts/events.ts'
import type { TicketNotice } from '../../../contracts/http/system.ts'
import { apiUrl } from './client.ts'
import { keys } from './queries.ts'

export type StreamState = 'live' | 'waiting'

/** Many events within this time cost one reload. */
const gatherMs = 250
const reopenMs = 5_000

type Cached = readonly (readonly string[])[]
const staleAfter: Readonly<Record<StreamEvent, Cached>> = {
  ticket: [keys.tickets, keys.care, keys.notices],
  anomaly: [keys.care],
  sighting: [keys.care, keys.cameras],
  device: [keys.devices, keys.cameras, keys.health],
  kpi: [],
  notice: [keys.notices],
}

/**
 * Server-sent events -> query invalidation. The browser resumes by `Last-Event-ID` by itself; where it
 * gives up (a 401, a proxy), it is opened again and everything on the screen is read anew.
 */
export function useStream(active: boolean): StreamState {
  const cache = useQueryClient()
  const [state, setState] = useState<StreamState>('waiting')
  useEffect(() => (active ? openStream(cache, setState) : undefined), [active, cache])
  return state
}

function openStream(cache: QueryClient, tell: (state: StreamState) => void): () => void {
  let source: EventSource | null = null
  let flush: ReturnType<typeof setTimeout> | null = null
  let reopen: ReturnType<typeof setTimeout> | null = null
  let missed = false
  const stale = new Map<string, readonly string[]>()

  const mark = (key: readonly string[]) => {
    stale.set(key.join('\n'), key)
    flush ??= setTimeout(() => {
      flush = null
      const gathered = [...stale.values()]
      stale.clear()
      for (const queryKey of gathered) void cache.invalidateQueries({ queryKey })
    }, gatherMs)
  }
  const hear = (name: StreamEvent) => (event: MessageEvent<string>) => {
    for (const key of staleAfter[name]) mark(key)
    if (name === 'ticket') mark(keys.ticket((JSON.parse(event.data) as TicketNotice).id))
  }
  const connect = () => {
    source = new EventSource(apiUrl('/stream'))
    for (const name of Object.keys(staleAfter) as StreamEvent[])
      source.addEventListener(name, hear(name))
    source.addEventListener('open', () => {
      tell('live')
      if (missed) void cache.invalidateQueries()
      missed = false
    })
    source.addEventListener('error', () => {
      tell('waiting')
      missed = true
      if (source?.readyState !== EventSource.CLOSED) return
      reopen = setTimeout(connect, reopenMs)
    })
  }
  connect()
  return () => {
    source?.close()
    if (flush !== null) clearTimeout(flush)
    if (reopen !== null) clearTimeout(reopen)
  }
}
