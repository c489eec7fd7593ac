import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { Dispute, DisputeCreate, DisputeQuery, RulingBody } from '../../contracts/http/duties.ts'
import { listOf } from '../../contracts/http/system.ts'
import { seesCommunity } from '../auth/principal.ts'
import { type DisputeDeps, disputeOf, openDispute, recordRuling } from '../org/disputes.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { findTicket } from '../tickets/store.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'org' | 'categories' | 'tickets' | 'logAccess'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const ById = Type.Object({ id: Type.String({ maxLength: 128 }) })
const field = { access: { roles: ['admin', 'staff', 'grid', 'unit'] } } as const
const desk = { access: { roles: ['admin', 'staff', 'supervisor'] } } as const
const above = { access: { roles: ['admin', 'supervisor'] } } as const

/** `/disputes`: what units say is not theirs, and who ruled what. */
export const disputeRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/disputes',
      {
        config: desk,
        schema: {
          summary: 'Disputes about duties, newest first',
          tags: ['org'],
          querystring: DisputeQuery,
          response: { 200: listOf(Dispute) },
        },
      },
      async (request) => {
        const { areas } = whoIs(request)
        const { limit = 50, cursor, open } = request.query
        let query = deps.db.selectFrom('duty_disputes').selectAll()
        if (areas !== null) query = query.where('community', 'in', [...areas, ''])
        if (open !== undefined) query = query.where('ruled_at', open ? 'is' : 'is not', null)
        if (cursor !== undefined)
          query = query.where('id', '<', decodeCursor(cursor, ['string'])[0])
        const rows = await query
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
        return pageOf(rows, limit, (row) => [row.id], disputeOf)
      },
    )
    const parts: DisputeDeps = { ...deps, units: deps.org.units }
    openRoute(app, deps, parts)
    rulingRoute(app, deps, parts)
  }

function openRoute(app: App, deps: Deps, parts: DisputeDeps): void {
  app.post(
    '/tickets/:id/disputes',
    {
      config: field,
      schema: {
        summary: 'Say that a ticket is not your business',
        description: 'The ticket goes back to the desk. Once for each unit; a ruling binds.',
        tags: ['org'],
        params: ById,
        body: DisputeCreate,
        response: { 201: Dispute },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const { id } = request.params
      const row = await deps.transact(async (trx) => {
        const ticket = await findTicket(trx, id, principal)
        if (ticket === null) throw new CodedError('not-found', `ticket ${id}`)
        return openDispute(trx, parts, ticket, principal, request.body, deps.clock())
      })
      return reply.code(201).send(disputeOf(row))
    },
  )
}

function rulingRoute(app: App, deps: Deps, parts: DisputeDeps): void {
  app.post(
    '/disputes/:id/ruling',
    {
      config: above,
      schema: {
        summary: 'Rule on a dispute, once; the ticket goes where it says',
        tags: ['org'],
        params: ById,
        body: RulingBody,
        response: { 200: Dispute },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { id } = request.params
      const row = await deps.transact(async (trx) => {
        const dispute = await trx
          .selectFrom('duty_disputes')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst()
        if (dispute === undefined || !seesCommunity(principal, dispute.community))
          throw new CodedError('not-found', `dispute ${id}`)
        return recordRuling(trx, parts, dispute, principal, request.body, deps.clock())
      })
      const { community, ruled_reason: reason } = row
      await deps.logAccess(principal, {
        what: 'dispute.rule',
        target: id,
        community,
        reason,
        each: true,
      })
      return disputeOf(row)
    },
  )
}
