import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CallSheet } from '../../contracts/http/ladder.ts'
import { callSheetPage } from '../care/call-sheet-page.ts'
import { callSheet } from '../care/call-sheet.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { ByTicket, ticketFor } from './ladder.ts'

type Deps = Pick<Services, 'db' | 'clock' | 'logAccess' | 'tickets' | 'units' | 'timeZone'>
const readers = { access: { roles: ['admin', 'staff', 'grid', 'unit', 'supervisor'] } } as const

/** `/tickets/{id}/call-sheet`: what one says to 119 or 120. */
export const callSheetRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/tickets/:id/call-sheet',
      {
        config: readers,
        schema: {
          summary: 'What one says to 119 or 120; health notes only as far as the person agreed',
          description: 'Masked by role; every look is logged.',
          tags: ['tickets'],
          params: ByTicket,
          response: { 200: CallSheet },
        },
      },
      async (request) => read(deps, request),
    )
    app.get(
      '/tickets/:id/call-sheet.html',
      {
        config: readers,
        schema: {
          summary: 'The call sheet as a page to print',
          tags: ['tickets'],
          params: ByTicket,
          querystring: Type.Object({ lang: Type.Optional(Type.Enum(['zh', 'en'])) }),
          response: { 200: Type.Any({ description: 'text/html' }) },
        },
      },
      async (request, reply) => {
        const page = callSheetPage(
          await read(deps, request),
          request.query.lang ?? 'zh',
          deps.timeZone,
        )
        return reply.type('text/html; charset=utf-8').send(page)
      },
    )
  }

async function read(
  deps: Deps,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<CallSheet> {
  const principal = whoIs(request)
  const ticket = await ticketFor(deps.db, request, request.params.id)
  await deps.logAccess(principal, {
    what: 'call-sheet',
    target: ticket.id,
    community: ticket.community,
    reason: null,
  })
  const now = deps.clock()
  const today = deps.tickets.dayOf(now)
  return callSheet(deps.db, ticket, principal, { units: deps.units, today, now })
}
