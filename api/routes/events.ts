import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { GatewayEvent } from '../../contracts/events.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { listEvents } from '../events/history.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

/** `/events`: what the boxes told of doors, devices and sightings. */
export const eventRoutes =
  (deps: Pick<Services, 'db'>): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/events',
      {
        config: { access: { roles: ['admin', 'staff', 'supervisor'], scopes: ['read'] } },
        schema: {
          summary: 'Events, newest first; `type` takes several, separated by commas',
          tags: ['events'],
          querystring: Type.Object({
            ...PageQuery.properties,
            ...CommunityQuery.properties,
            device: Type.Optional(Type.String({ maxLength: 64 })),
            type: Type.Optional(Type.String({ maxLength: 256 })),
          }),
          response: { 200: listOf(GatewayEvent) },
        },
      },
      async (request) => {
        const { limit = 50, ...filter } = request.query
        return listEvents(deps.db, { limit, ...filter }, whoIs(request))
      },
    )
  }
