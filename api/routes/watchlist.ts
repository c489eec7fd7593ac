import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { CodedError } from '../../contracts/errors.ts'
import { WatchedCreate, WatchedItem } from '../../contracts/http/access.ts'
import { PageQuery } from '../../contracts/http/lists.ts'
import { listOf, withForce } from '../../contracts/http/system.ts'
import { actorOf } from '../auth/principal.ts'
import { picturesOf } from '../faces/pictures.ts'
import type { TemplateDeps } from '../faces/template.ts'
import { passKeyOf } from '../passes/pass-key.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import {
  type WatchedRow,
  approveWatched,
  findWatched,
  listWatched,
  requestWatched,
  watchedItem,
  withdrawWatched,
} from '../watchlist/watchlist.ts'
import { picturesBytesMax } from './faces.ts'
import { ByPerson } from './people.ts'
import { communityFor } from './tickets.ts'
import { candidateRoutes } from './watchlist-candidates.ts'

type Deps = TemplateDeps &
  Pick<
    Services,
    'random' | 'push' | 'community' | 'passKey' | 'logAccess' | 'accessRules' | 'tickets'
  >
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const admins = { access: { roles: ['admin'] } } as const
const Answer = withForce(WatchedItem)

/** `/watchlist` (control C9): off unless the configuration says otherwise; two admins for each entry. */
export const watchlistRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.addHook('preHandler', async () => {
      if (!deps.accessRules.watchlistEnabled) {
        throw new CodedError('watchlist.off', 'watchlist.enabled is false')
      }
    })
    listRoute(app, deps)
    requestRoute(app, deps)
    decideRoutes(app, deps)
    await app.register(candidateRoutes(deps))
  }

const logged = (
  request: FastifyRequest,
  deps: Deps,
  what: string,
  row: { readonly id: string; readonly community: string; readonly document_number?: string },
): Promise<void> =>
  deps.logAccess(whoIs(request), {
    what,
    target: row.id,
    community: row.community,
    reason: row.document_number ?? null,
    each: true,
  })

function listRoute(app: App, deps: Deps): void {
  app.get(
    '/watchlist',
    {
      config: admins,
      schema: {
        summary: 'Entries of the watch-list, who ordered them and until when',
        tags: ['access'],
        querystring: PageQuery,
        response: { 200: listOf(WatchedItem) },
      },
    },
    async (request) => {
      const { limit = 50, cursor } = request.query
      await logged(request, deps, 'watchlist.list', { id: '', community: deps.community })
      return listWatched(deps.db, { limit, cursor, now: deps.clock() })
    },
  )
}

function requestRoute(app: App, deps: Deps): void {
  app.post(
    '/watchlist',
    {
      config: admins,
      bodyLimit: picturesBytesMax,
      schema: {
        summary: 'Ask for an entry; nothing is compared until another admin approves it',
        tags: ['access'],
        body: WatchedCreate,
        response: { 201: WatchedItem },
      },
    },
    async (request, reply) => {
      const passKey = passKeyOf(deps)
      const principal = whoIs(request)
      const { images, ...wanted } = request.body
      const json = Buffer.from(JSON.stringify({ images }))
      const pictures = await picturesOf('application/json', json)
      const community = communityFor(principal, wanted.community, deps.community)
      const given = { community, by: actorOf(principal), now: deps.clock() }
      const row = await deps.transact((trx) =>
        requestWatched(trx, { ...deps, passKey }, { ...wanted, pictures }, given),
      )
      await logged(request, deps, 'watchlist.request', row)
      return reply.code(201).send(watchedItem(row, given.now))
    },
  )
}

function decideRoutes(app: App, deps: Deps): void {
  app.post(
    '/watchlist/:id/approve',
    {
      config: admins,
      schema: {
        summary: 'Approve an entry that another admin asked for; from now on it is compared',
        tags: ['access'],
        params: ByPerson,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const passKey = passKeyOf(deps)
      await logged(request, deps, 'watchlist.approve', await entryOf(deps, request.params.id))
      const by = actorOf(whoIs(request))
      const { row, inForce } = await approveWatched({ ...deps, passKey }, request.params.id, by)
      return { ...watchedItem(row, deps.clock()), inForce }
    },
  )
  app.delete(
    '/watchlist/:id',
    {
      config: admins,
      schema: {
        summary: 'Withdraw an entry: its template goes from the box',
        tags: ['access'],
        params: ByPerson,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { id } = request.params
      await logged(request, deps, 'watchlist.withdraw', await entryOf(deps, id))
      const now = deps.clock()
      const change = await deps.transact(async (trx) =>
        withdrawWatched(trx, await entryOf({ db: trx }, id), actorOf(whoIs(request)), now),
      )
      const receipt = change === null ? null : await deps.removals.settle(id)
      const pushed = change === null || (await deps.push(change))
      const item = watchedItem(await entryOf(deps, id), now)
      return { ...item, inForce: receipt?.inForce ?? pushed }
    },
  )
}

async function entryOf(
  deps: { readonly db: Parameters<typeof findWatched>[0] },
  id: string,
): Promise<WatchedRow> {
  const row = await findWatched(deps.db, id)
  if (row === null) throw new CodedError('not-found', `watch-list entry ${id}`)
  return row
}
