import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import type { Severity } from '../../contracts/anomaly.ts'
import { TicketQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import {
  Ticket,
  TicketActionBody,
  type TicketAction,
  TicketCreate,
  TicketSummary,
  ticketActions,
} from '../../contracts/ticket.ts'
import { type Principal, actorOf, seesCommunity } from '../auth/principal.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { act } from '../tickets/act.ts'
import { announce, insertTicket } from '../tickets/record.ts'
import { findTicket, listTickets, wholeTicket } from '../tickets/store.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'tickets' | 'community'>

const people = ['admin', 'staff', 'grid', 'unit', 'supervisor', 'resident'] as const
const readers = { access: { roles: people, scopes: ['read'] } } as const
const ById = Type.Object({ id: Type.String({ maxLength: 128 }) })

const sourceKinds = {
  admin: 'staff',
  staff: 'staff',
  supervisor: 'staff',
  unit: 'staff',
  grid: 'grid',
  resident: 'resident',
  gateway: 'machine',
} as const

/** `/tickets`: list, read, create, act. */
export const ticketRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/tickets',
      {
        config: readers,
        schema: {
          summary: 'Tickets, newest first',
          tags: ['tickets'],
          querystring: TicketQuery,
          response: { 200: listOf(TicketSummary) },
        },
      },
      async (request) => {
        const { limit = 50, ...filter } = request.query
        return listTickets(deps.db, { limit, ...filter }, whoIs(request))
      },
    )
    app.get(
      '/tickets/:id',
      {
        config: readers,
        schema: {
          summary: 'One ticket with evidence and timeline',
          tags: ['tickets'],
          params: ById,
          response: { 200: Ticket },
        },
      },
      async (request) => {
        const principal = whoIs(request)
        const row = await findTicket(deps.db, request.params.id, principal)
        if (row === null) throw new CodedError('not-found', `ticket ${request.params.id}`)
        return wholeTicket(deps.db, row, principal)
      },
    )
    createRoute(app, deps)
    actionRoute(app, deps)
  }

function createRoute(app: Parameters<FastifyPluginAsyncTypebox>[0], deps: Deps): void {
  app.post(
    '/tickets',
    {
      config: { access: { roles: people, scopes: ['intake'] } },
      schema: {
        summary: 'Report something',
        description: 'Starts as `received`. The source follows from who reports.',
        tags: ['tickets'],
        body: TicketCreate,
        response: { 201: Ticket },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const { title, description, category, place } = request.body
      const severity: Severity = request.body.severity ?? 'minor'
      if (category !== undefined && !deps.tickets.categoryExists(category)) {
        throw new CodedError('request.invalid', `body: no category ${category}`)
      }
      const community = communityFor(principal, request.body.community, deps.community)
      const now = deps.clock()
      const ticket = await deps.transact(async (trx) => {
        const row = await insertTicket(
          trx,
          deps.tickets,
          {
            community,
            status: 'received',
            category: category ?? null,
            severity,
            place: place ?? null,
            subject: null,
            source: {
              kind: principal.role === null ? 'import' : sourceKinds[principal.role],
              device: null,
              channel: principal.kind === 'key' ? principal.name : 'console',
              reporter: principal.id,
            },
            title,
            titleEn: null,
            description: description ?? '',
            descriptionEn: null,
            anomaly: null,
          },
          actorOf(principal),
          now,
        )
        await announce(trx, row, 'opened', now)
        return wholeTicket(trx, row, principal)
      })
      return reply.code(201).send(ticket)
    },
  )
}

/** What was named, else the box's own, else the first area of the person. */
export function communityFor(principal: Principal, named: string | undefined, own: string): string {
  const wanted = named ?? (seesCommunity(principal, own) ? own : principal.areas?.[0])
  if (wanted === undefined) throw new CodedError('auth.forbidden', 'this account has no area')
  if (!seesCommunity(principal, wanted)) throw new CodedError('not-found', `community ${wanted}`)
  return wanted
}

function actionRoute(app: Parameters<FastifyPluginAsyncTypebox>[0], deps: Deps): void {
  app.post(
    '/tickets/:id/actions/:action',
    {
      config: { access: { roles: people } },
      schema: {
        summary: 'Do something with a ticket',
        description:
          '409 `ticket.action-not-allowed` with `allowed` when the status does not allow it; ' +
          '422 `ticket.demand-missing` with `missing`: `note`, or `unit` (a unit or an assignee); ' +
          '501 for actions that are not built yet.',
        tags: ['tickets'],
        params: Type.Object({
          id: Type.String({ maxLength: 128 }),
          action: Type.Enum(ticketActions),
        }),
        body: TicketActionBody,
        response: { 200: Ticket },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { id } = request.params
      const action: TicketAction = request.params.action
      return deps.transact(async (trx) => {
        const row = await findTicket(trx, id, principal)
        if (row === null) throw new CodedError('not-found', `ticket ${id}`)
        const { body } = request
        const next = await act(trx, deps.tickets, row, principal, action, body, deps.clock())
        return wholeTicket(trx, next, principal)
      })
    },
  )
}
