import type { Clock } from '../../contracts/clock.ts'
import type { ListAnswer } from '../../contracts/http/system.ts'
import type { TicketSummary } from '../../contracts/ticket.ts'
import type { SeenTicket } from '../score/score.ts'
import type { ApiClient } from './api-client.ts'

/**
 * Sees tickets appear as a person at the screen would: by the server-sent events of `GET /stream`, and
 * by asking for the list once a second in case the stream breaks. Whatever comes first counts.
 */
export interface TicketWatch {
  /** Takes note of the tickets that are there already; they are not part of the run. */
  start(): Promise<void>
  /** The tickets that were created since `start`, with the time at which each was first seen. */
  collect(): Promise<readonly SeenTicket[]>
  stop(): void
  /** Called once for each ticket, as it is first seen. */
  onTicket(listener: (title: string) => void): void
}

interface TicketName {
  readonly id: string
  readonly title: string
}

const pollMs = 1_000
const reconnectMs = 500

export function createTicketWatch(api: ApiClient, clock: Clock): TicketWatch {
  const firstSeen = new Map<string, number>()
  const old = new Set<string>()
  const abort = new AbortController()
  let listener: ((title: string) => void) | null = null
  let poll: NodeJS.Timeout | null = null

  const saw = ({ id, title }: TicketName, at: number): void => {
    if (firstSeen.has(id) || old.has(id)) return
    firstSeen.set(id, at)
    listener?.(title)
  }
  const follow = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      try {
        await readStream(api, abort.signal, (ticket) => saw(ticket, clock()))
      } catch {
        // The stream ends with the api; the list below goes on and the next turn opens it again.
      }
      await new Promise((resolve) => setTimeout(resolve, reconnectMs))
    }
  }
  const ask = async (): Promise<void> => {
    const newest = await api.get<ListAnswer<TicketSummary>>('/tickets?limit=100')
    const at = clock()
    for (const ticket of newest.items) saw(ticket, at)
  }
  return {
    onTicket(next) {
      listener = next
    },
    async start() {
      for (const ticket of await api.list<TicketSummary>('/tickets')) old.add(ticket.id)
      void follow()
      poll = setInterval(() => {
        ask().catch(() => undefined)
      }, pollMs)
    },
    async collect() {
      const tickets = await api.list<TicketSummary>('/tickets')
      const at = clock()
      for (const ticket of tickets) saw(ticket, at)
      return tickets
        .filter((ticket) => firstSeen.has(ticket.id))
        .map((ticket) => ({
          id: ticket.id,
          number: ticket.number,
          title: ticket.title,
          type: ticket.anomaly?.type ?? null,
          about: [
            ...new Set(
              [ticket.subject?.id, ticket.source.device].filter(
                (id): id is string => typeof id === 'string',
              ),
            ),
          ],
          seenAt: firstSeen.get(ticket.id) ?? 0,
        }))
    },
    stop() {
      abort.abort()
      if (poll !== null) clearInterval(poll)
    },
  }
}

/** Ends when the stream ends. Only `event: ticket` is looked at; its data names the ticket. */
async function readStream(
  api: ApiClient,
  signal: AbortSignal,
  onTicket: (ticket: TicketName) => void,
): Promise<void> {
  const response = await fetch(`${api.address}/api/v1/stream`, {
    signal,
    headers: { authorization: `Bearer ${api.token()}`, accept: 'text/event-stream' },
  })
  if (!response.ok || response.body === null) return
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    pending += decoder.decode(chunk, { stream: true })
    const blocks = pending.split(/\r?\n\r?\n/)
    pending = blocks.pop() ?? ''
    for (const block of blocks) {
      const ticket = ticketOf(block)
      if (ticket !== null) onTicket(ticket)
    }
  }
}

/** The ticket that a server-sent event names; null for other events. */
export function ticketOf(block: string): TicketName | null {
  const lines = block.split(/\r?\n/)
  if (!lines.some((line) => line === 'event: ticket' || line === 'event:ticket')) return null
  const data = lines
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n')
  try {
    const { id, title } = JSON.parse(data) as { id?: unknown; title?: unknown }
    return typeof id === 'string' ? { id, title: typeof title === 'string' ? title : '' } : null
  } catch {
    return null
  }
}
