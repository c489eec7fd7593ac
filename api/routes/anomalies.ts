import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { AnomalyClear, AnomalyReport } from '../../contracts/anomaly.ts'
import { AnomalyAnswer, AnomalyItem, ClearAnswer } from '../../contracts/http/anomalies.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { limits } from '../../contracts/limits.ts'
import { listOf } from '../../contracts/http/system.ts'
import { clearAnomaly } from '../anomalies/clear.ts'
import { listAnomalies } from '../anomalies/list.ts'
import { type ReportContext, reportAnomaly } from '../anomalies/report.ts'
import { actorOf } from '../auth/principal.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'tickets' | 'community' | 'accessRules'>
const boxes = { access: { roles: ['gateway', 'admin'] } } as const

/** `/anomalies`: what the boxes report. */
export const anomalyRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/anomalies',
      {
        config: boxes,
        bodyLimit: limits.gatewayBodyBytesMax,
        schema: {
          summary: 'Report an anomaly; idempotent by id',
          description:
            '201 when it opened a ticket, 200 when it joined the open one with its key. A repeat of ' +
            'the id gets the first answer with the first status. 200 without a ticket for a candidate of ' +
            'the watch-list, which a person decides (`/watchlist/candidates`).',
          tags: ['gateway'],
          body: AnomalyReport,
          response: { 200: AnomalyAnswer, 201: AnomalyAnswer },
        },
      },
      async (request, reply) => {
        const context = contextOf(deps, request)
        const outcome = await deps.transact((trx) =>
          reportAnomaly(trx, deps.tickets, request.body, context),
        )
        return reply.code(outcome.status === 201 ? 201 : 200).send(outcome.answer)
      },
    )
    app.post(
      '/anomalies/clear',
      {
        config: boxes,
        bodyLimit: limits.gatewayBodyBytesMax,
        schema: {
          summary: 'The condition is over; idempotent by id',
          tags: ['gateway'],
          body: AnomalyClear,
          response: { 200: ClearAnswer },
        },
      },
      async (request) => {
        const context = contextOf(deps, request)
        return deps.transact((trx) => clearAnomaly(trx, deps.tickets, request.body, context))
      },
    )
    app.get(
      '/anomalies',
      {
        config: { access: { roles: ['admin', 'staff', 'grid', 'supervisor'], scopes: ['read'] } },
        schema: {
          summary: 'Anomalies, newest first',
          tags: ['tickets'],
          querystring: Type.Object({
            ...PageQuery.properties,
            ...CommunityQuery.properties,
            type: Type.Optional(Type.String({ maxLength: 64 })),
          }),
          response: { 200: listOf(AnomalyItem) },
        },
      },
      async (request) => {
        const { limit = 50, ...filter } = request.query
        return listAnomalies(deps.db, { limit, ...filter }, whoIs(request))
      },
    )
  }

const contextOf = (deps: Deps, request: FastifyRequest): ReportContext => ({
  actor: actorOf(whoIs(request)),
  ownCommunity: deps.community,
  watchlist: deps.accessRules.watchlistEnabled,
  now: deps.clock(),
})
