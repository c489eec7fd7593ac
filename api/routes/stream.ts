import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import type { Principal } from '../auth/principal.ts'
import { seesCommunity } from '../auth/principal.ts'
import type { StreamRow } from '../events/stream-hub.ts'
import { identify, whoIs } from '../plugins/access.ts'
import { securityHeaders } from '../plugins/security-headers.ts'
import type { Services } from '../services.ts'

type Deps = Pick<Services, 'db' | 'clock' | 'hub' | 'metrics'> & {
  readonly serviceToken: string | null
}

export interface StreamOptions {
  readonly heartbeatMs?: number
  readonly clientsMax?: number
  /** A client that does not read is cut off; it resumes where it stopped. */
  readonly bufferBytesMax?: number
}

const replayBatch = 500

/** May this person hear of it? Units hear of tickets that are theirs and of nothing else. */
function hears(principal: Principal, row: StreamRow): boolean {
  if (row.name === 'notice') return isFor(principal, row.data)
  if (!seesCommunity(principal, row.community)) return false
  if (principal.role !== 'unit') return true
  return row.name === 'ticket' && row.unit !== null && row.unit === principal.unit
}

/** A notice is for one person. */
const isFor = (principal: Principal, data: string): boolean =>
  (JSON.parse(data) as { readonly user?: string }).user === principal.id

const textOf = (row: StreamRow): string =>
  `id: ${row.id}\nevent: ${row.name}\ndata: ${row.data}\n\n`

/** `/stream`: server-sent events, resumable by Last-Event-ID. */
export const streamRoutes =
  (deps: Deps, options: StreamOptions = {}): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { heartbeatMs = 15_000, clientsMax = 500, bufferBytesMax = 512 * 1024 } = options
    const open = new Set<() => void>()
    deps.metrics.gauge('linli_api_stream_clients', 'Open event streams', () => open.size)
    // A stream never ends by itself: without this a graceful stop would wait for it for ever.
    app.addHook('preClose', async () => {
      for (const end of open) end()
    })
    app.get(
      '/stream',
      {
        config: {
          access: { roles: ['admin', 'staff', 'grid', 'unit', 'supervisor'], scopes: ['read'] },
        },
        schema: {
          summary: 'Server-sent events: ticket, anomaly, sighting, device, notice',
          description: 'Resumes after `Last-Event-ID` (header, or `lastEventId` in the query).',
          tags: ['events'],
          querystring: Type.Object({
            lastEventId: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
          }),
          response: { 200: Type.Any({ description: 'text/event-stream' }) },
        },
      },
      async (request, reply) => {
        if (open.size >= clientsMax) {
          deps.metrics.dropped.inc({ what: 'stream client' })
          throw new CodedError('stream.full', `${clientsMax} streams are open`)
        }
        const header = request.headers['last-event-id']
        const given = typeof header === 'string' && /^\d{1,15}$/.test(header) ? header : null
        const resume = given ?? request.query.lastEventId ?? null
        // An id that was never given comes from another store; waiting for it would be silence.
        const from = Math.min(Number(resume ?? Infinity), deps.hub.lastId)
        serve(request, reply, deps, { from, heartbeatMs, bufferBytesMax, open })
        return reply
      },
    )
  }

interface Serving {
  readonly from: number
  readonly heartbeatMs: number
  readonly bufferBytesMax: number
  readonly open: Set<() => void>
}

function serve(request: FastifyRequest, reply: FastifyReply, deps: Deps, serving: Serving): void {
  let principal = whoIs(request)
  const { raw } = reply
  let sentTo = serving.from
  let ready = false
  let heldTo = 0

  const write = (text: string): void => {
    if (raw.writableEnded || raw.destroyed) return
    if (raw.writableLength > serving.bufferBytesMax) {
      deps.metrics.dropped.inc({ what: 'slow stream' })
      raw.destroy()
    } else raw.write(text)
  }
  const send = (row: StreamRow): void => {
    if (row.id <= sentTo) return
    sentTo = row.id
    if (hears(principal, row)) write(textOf(row))
  }
  const unsubscribe = deps.hub.subscribe((row) => {
    // While the past is being read, what comes is left for it, so that order is kept.
    if (ready) send(row)
    else heldTo = row.id
  })
  const beat = setInterval(() => {
    identify(request, deps)
      .then((now) => {
        // Signed out, disabled or moved meanwhile: a stream is not a way around it.
        if (now === null || now.role !== principal.role) return end()
        principal = now
        return write(': \n\n')
      })
      .catch(end)
  }, serving.heartbeatMs)
  const end = (): void => {
    clearInterval(beat)
    unsubscribe()
    serving.open.delete(end)
    raw.end()
  }
  serving.open.add(end)
  raw.on('close', end)

  reply.hijack()
  raw.writeHead(200, {
    ...securityHeaders,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  write(`retry: 2000\nid: ${serving.from}\n\n`)
  const replay = async (): Promise<void> => {
    while (!ready) {
      await nextTurn()
      const rows = await deps.hub.after(sentTo, replayBatch)
      for (const row of rows) {
        send(row)
        // The past may be longer than any buffer: it goes as fast as the client reads.
        if (raw.writableNeedDrain) await drained(raw)
        if (raw.destroyed) return
      }
      // Looked at and decided in one step: nothing can come in between.
      ready = rows.length < replayBatch && heldTo <= sentTo
    }
  }
  replay().catch(end)
}

const drained = (raw: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done)
      raw.off('close', done)
      resolve()
    }
    raw.on('drain', done)
    raw.on('close', done)
  })
