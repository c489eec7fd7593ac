import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { AccessLogItem } from '../../contracts/http/audit.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { listAccessLog } from '../audit/list.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

const Word = Type.Optional(Type.String({ maxLength: 200 }))

/** `/access-log`: what was put down when somebody looked, opened, enrolled or deleted. */
export const auditRoutes =
  (deps: Pick<Services, 'db'>): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/access-log',
      {
        config: { access: { roles: ['admin', 'supervisor'] } },
        schema: {
          summary: 'Who looked at what, or moved it, and why; the newest first',
          tags: ['access'],
          querystring: Type.Object({
            ...PageQuery.properties,
            ...CommunityQuery.properties,
            who: Word,
            what: Word,
            target: Word,
          }),
          response: { 200: listOf(AccessLogItem) },
        },
      },
      async (request) => {
        const { limit = 50, ...filter } = request.query
        return listAccessLog(deps.db, { limit, ...filter }, whoIs(request))
      },
    )
  }
