import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { CommunityQuery } from '../../contracts/http/lists.ts'
import { ModeItem, ModeName, ModePut, ModeSet } from '../../contracts/http/modes.ts'
import { actorOf, seesCommunity } from '../auth/principal.ts'
import { declareMode, endMode, modeItem, standingModes } from '../modes/modes.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { keepers, viewers } from './devices.ts'
import { communityFor } from './tickets.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'push' | 'community' | 'logAccess'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

/** `/modes`: heat wave, flood. Who declared them, why, from when to when; rules and care follow. */
export const modeRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/modes',
      {
        config: viewers,
        schema: {
          summary: 'Modes that hold or are to come',
          tags: ['rules'],
          querystring: CommunityQuery,
          response: { 200: Type.Object({ items: Type.Array(ModeItem) }) },
        },
      },
      async (request) => {
        const principal = whoIs(request)
        const { community } = request.query
        if (community !== undefined && !seesCommunity(principal, community))
          throw new CodedError('not-found', `community ${community}`)
        const now = deps.clock()
        const rows = (await standingModes(deps.db, now)).filter(
          (row) =>
            seesCommunity(principal, row.community) &&
            (community === undefined || row.community === community),
        )
        return { items: rows.map((row) => modeItem(row, now)) }
      },
    )
    changeRoutes(app, deps)
  }

function changeRoutes(app: App, deps: Deps): void {
  app.put(
    '/modes/:mode',
    {
      config: keepers,
      schema: {
        summary: 'Declare a mode, or replace the one that stands',
        tags: ['rules'],
        params: ModeName,
        body: ModePut,
        response: { 200: ModeSet },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { mode } = request.params
      const community = communityFor(principal, request.body.community, deps.community)
      const given = { community, mode, by: actorOf(principal), now: deps.clock() }
      const { row, change } = await deps.transact((trx) =>
        declareMode(trx, deps.random, request.body, given),
      )
      await deps.logAccess(principal, {
        what: 'mode.declare',
        target: mode,
        community,
        reason: row.reason,
      })
      return { ...modeItem(row, given.now), inForce: await deps.push(change) }
    },
  )
  app.delete(
    '/modes/:mode',
    {
      config: keepers,
      schema: {
        summary: 'End a mode now',
        tags: ['rules'],
        params: ModeName,
        querystring: CommunityQuery,
        response: { 200: Type.Object({ inForce: Type.Boolean() }) },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { mode } = request.params
      const community = communityFor(principal, request.query.community, deps.community)
      const given = { community, mode, by: actorOf(principal), now: deps.clock() }
      const change = await deps.transact((trx) => endMode(trx, given))
      if (change === null) throw new CodedError('not-found', `${mode} does not hold`)
      await deps.logAccess(principal, { what: 'mode.end', target: mode, community, reason: null })
      return { inForce: await deps.push(change) }
    },
  )
}
