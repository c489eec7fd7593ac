import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { OpenBody, ParkingAnswer, TerminalReport } from '../../contracts/http/access.ts'
import { CommunityQuery } from '../../contracts/http/lists.ts'
import { Slug } from '../../contracts/ids.ts'
import { CommandOutcome } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { maskHolder } from '../people/mask.ts'
import { whoIs } from '../plugins/access.ts'
import { type DeviceDeps, ById, deviceFor, keepers } from './devices.ts'
import { communityFor } from './tickets.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const openers = {
  doors: { access: { roles: ['admin', 'staff', 'grid'] } },
  barriers: keepers,
} as const
const watchers = { access: { roles: ['admin', 'staff', 'grid', 'supervisor'] } } as const
const terminals = { access: { roles: ['admin', 'staff'], scopes: ['terminal'] } } as const

/** `/doors`, `/barriers`: open by hand. `/parking`: who is in. `/terminals`: what foreign ones decided. */
export const doorRoutes =
  (deps: DeviceDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    openRoute(app, deps, 'doors')
    openRoute(app, deps, 'barriers')
    parkingRoute(app, deps)
    terminalRoute(app, deps)
  }

function openRoute(app: App, deps: DeviceDeps, what: 'doors' | 'barriers'): void {
  app.post(
    `/${what}/:id/open`,
    {
      config: openers[what],
      schema: {
        summary: `Open one of the ${what} by hand; the reason is kept`,
        tags: ['access'],
        params: ById,
        querystring: CommunityQuery,
        body: OpenBody,
        response: { 200: CommandOutcome },
      },
    },
    async (request) => {
      const { reason } = request.body
      const named = request.body.community ?? request.query.community
      const device = await approvedFor(request, deps, request.params.id, named)
      const settings = what === 'doors' ? device.door : device.barrier
      if (settings === null || settings === undefined) {
        throw new CodedError('not-found', `${device.id} is none of the ${what}`)
      }
      const { community, id } = device
      const principal = whoIs(request)
      const word = `command ${what === 'doors' ? 'door' : 'barrier'}.open`
      await deps.logAccess(principal, { what: word, target: id, community, reason })
      return deps.gateway.open(what, id, { community, reason, by: principal.name })
    },
  )
}

async function approvedFor(
  request: FastifyRequest,
  deps: DeviceDeps,
  id: string,
  community: string | undefined,
): Promise<RosterDevice> {
  const device = await deviceFor(request, deps, id, community)
  if (device.state !== 'approved') {
    throw new CodedError('request.invalid', `device ${device.id} is ${device.state}`)
  }
  return device
}

function parkingRoute(app: App, deps: DeviceDeps): void {
  app.get(
    '/parking',
    {
      config: watchers,
      schema: {
        summary: 'Car parks: free places, who is in, and the last 500 who were',
        tags: ['access'],
        querystring: CommunityQuery,
        response: { 200: ParkingAnswer },
      },
    },
    async (request) => {
      const community = communityFor(whoIs(request), request.query.community, deps.community)
      await deps.logAccess(whoIs(request), {
        what: 'parking',
        target: community,
        community,
        reason: null,
      })
      const { carParks, sessions } = await deps.gateway.parking(community)
      const { role } = whoIs(request)
      return {
        carParks,
        sessions: sessions.map((session) => ({
          ...session,
          holder: session.holder === null ? null : maskHolder(session.holder, role),
        })),
      }
    },
  )
}

function terminalRoute(app: App, deps: DeviceDeps): void {
  app.post(
    '/terminals/:device/events',
    {
      config: terminals,
      schema: {
        summary: 'A terminal or barrier that decides by itself says what it did',
        tags: ['access'],
        params: Type.Object({ device: Slug }),
        querystring: CommunityQuery,
        body: TerminalReport,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { device: id } = request.params
      const device = await approvedFor(request, deps, id, request.query.community)
      await deps.gateway.terminalReport(device.community, device.id, request.body)
      return reply.code(204).send(null)
    },
  )
}
