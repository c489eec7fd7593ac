import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { GatewayEvent } from '../../contracts/events.ts'
import type { Role } from '../../contracts/http/auth.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { listEvents } from '../events/history.ts'
import { maskHolder } from '../people/mask.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

/** `/events`: what the boxes told of doors, devices and sightings. */
export const eventRoutes =
  (deps: Pick<Services, 'db' | 'logAccess'>): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/events',
      {
        config: { access: { roles: ['admin', 'staff', 'supervisor'], scopes: ['read'] } },
        schema: {
          summary: 'Events, newest first; `type` takes several, separated by commas',
          description: 'Who passed is masked for roles and keys that only read figures.',
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
        const principal = whoIs(request)
        // Where somebody has been: who asks is put down, as for a picture (PIPL 28, control C7).
        const [own = '', ...others] = principal.areas ?? []
        const community = filter.community ?? (others.length === 0 ? own : '')
        const target = filter.device ?? ''
        await deps.logAccess(principal, { what: 'events', target, community, reason: null })
        const page = await listEvents(deps.db, { limit, ...filter }, principal)
        const items = page.items.map((event) => ({
          ...event,
          data: masked(event.data, principal.role),
        }))
        return { items, next: page.next }
      },
    )
  }

function masked(data: GatewayEvent['data'], role: Role | null): GatewayEvent['data'] {
  const { holder } = data
  return isHolder(holder) ? { ...data, holder: maskHolder(holder, role) } : data
}

const isHolder = (value: unknown): value is { readonly name: string } =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
