import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { broadcastTemplates } from '../../config/broadcast-templates.ts'
import { CodedError } from '../../contracts/errors.ts'
import {
  BroadcastArea,
  BroadcastCreate,
  BroadcastDetail,
  BroadcastItem,
  BroadcastSpeaker,
  BroadcastTemplateItem,
} from '../../contracts/http/broadcast.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { actorOf, seesCommunity } from '../auth/principal.ts'
import {
  type BroadcastRow,
  broadcastDetail,
  broadcastItem,
  cancelBroadcast,
  createBroadcast,
  findBroadcast,
} from '../broadcast/broadcasts.ts'
import { lastRuns, neverRun } from '../broadcast/last-runs.ts'
import { speakersOf } from '../broadcast/speakers.ts'
import type { Db, Trx } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { communityFor } from './tickets.ts'

type Deps = Pick<
  Services,
  | 'db'
  | 'transact'
  | 'clock'
  | 'random'
  | 'notify'
  | 'outgoing'
  | 'gateway'
  | 'community'
  | 'logAccess'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const speakersOnly = { access: { roles: ['admin', 'staff'] } } as const
const ById = Type.Object({ id: Type.String({ maxLength: 128 }) })

/** `/broadcasts`: loudspeakers by area and schedule. */
export const broadcastRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    readRoutes(app, deps)
    choiceRoutes(app, deps)
    actRoutes(app, deps)
  }

async function broadcastFor(
  request: FastifyRequest,
  db: Db | Trx,
  id: string,
): Promise<BroadcastRow> {
  const row = await findBroadcast(db, id)
  if (row === null || !seesCommunity(whoIs(request), row.community))
    throw new CodedError('not-found', `broadcast ${id}`)
  return row
}

function readRoutes(app: App, deps: Deps): void {
  app.get(
    '/broadcasts',
    {
      config: speakersOnly,
      schema: {
        summary: 'Announcements, newest first',
        tags: ['broadcast'],
        querystring: Type.Object({ ...PageQuery.properties, ...CommunityQuery.properties }),
        response: { 200: listOf(BroadcastItem) },
      },
    },
    async (request) => {
      const { areas } = whoIs(request)
      const { limit = 50, cursor, community } = request.query
      let query = deps.db.selectFrom('broadcasts').selectAll()
      if (areas !== null) query = query.where('community', 'in', ['', ...areas])
      if (community !== undefined) query = query.where('community', '=', community)
      // Ids sort by time.
      if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor, ['string'])[0])
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const runs = await lastRuns(
        deps.db,
        rows.map(({ id }) => id),
      )
      return pageOf(
        rows,
        limit,
        ({ id }) => [id],
        (row) => broadcastItem(row, runs.get(row.id) ?? neverRun),
      )
    },
  )
  app.get(
    '/broadcasts/:id',
    {
      config: speakersOnly,
      schema: {
        summary: 'One announcement with the answer of each loudspeaker',
        tags: ['broadcast'],
        params: ById,
        response: { 200: BroadcastDetail },
      },
    },
    async (request) =>
      broadcastDetail(deps.db, await broadcastFor(request, deps.db, request.params.id)),
  )
}

function choiceRoutes(app: App, deps: Deps): void {
  app.get(
    '/broadcasts/templates',
    {
      config: speakersOnly,
      schema: {
        summary: 'What is said in an emergency',
        tags: ['broadcast'],
        response: { 200: listOf(BroadcastTemplateItem) },
      },
    },
    async () => ({ items: [...broadcastTemplates], next: null }),
  )
  app.get(
    '/broadcasts/areas',
    {
      config: speakersOnly,
      schema: {
        summary: 'Areas with loudspeakers',
        tags: ['broadcast'],
        querystring: CommunityQuery,
        response: { 200: listOf(BroadcastArea) },
      },
    },
    async (request) => {
      const community = communityFor(whoIs(request), request.query.community, deps.community)
      const counts = new Map<string, number>()
      for (const { areas } of await speakersOf(deps.db, community))
        for (const area of areas) counts.set(area, (counts.get(area) ?? 0) + 1)
      return { items: [...counts].map(([area, speakers]) => ({ area, speakers })), next: null }
    },
  )
  app.get(
    '/broadcasts/speakers',
    {
      config: speakersOnly,
      schema: {
        summary: 'Approved loudspeakers: where they are, whether they hear us, what they can',
        tags: ['broadcast'],
        querystring: CommunityQuery,
        response: { 200: listOf(BroadcastSpeaker) },
      },
    },
    async (request) => {
      const community = communityFor(whoIs(request), request.query.community, deps.community)
      const speakers = await speakersOf(deps.db, community)
      const { configured } = deps.gateway
      // Out of reach shows as nulls; that the box is away stands in /health.
      const states = configured ? await deps.gateway.devices(community).catch(() => []) : []
      const known = new Map(states.map((state) => [state.id, state]))
      const items = speakers.map((speaker): BroadcastSpeaker => {
        const { online = null, lastSeenAt = null, lastValues } = known.get(speaker.id) ?? {}
        const playing = lastValues?.['playing']?.value
        return {
          ...speaker,
          areas: [...speaker.areas],
          online,
          lastSeenAt,
          playing: typeof playing === 'boolean' ? playing : null,
        }
      })
      return { items, next: null }
    },
  )
}

function actRoutes(app: App, deps: Deps): void {
  app.post(
    '/broadcasts',
    {
      config: speakersOnly,
      schema: {
        summary: 'Speak on loudspeakers: now, at a time, or every week',
        description: 'Quiet hours hold back all but emergencies until they end.',
        tags: ['broadcast'],
        body: BroadcastCreate,
        response: { 201: BroadcastDetail },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const community = communityFor(principal, request.body.community, deps.community)
      const now = deps.clock()
      const row = await deps.transact((trx) =>
        createBroadcast(
          trx,
          { random: deps.random, wall: deps.notify.wall },
          { ...request.body, community },
          actorOf(principal),
          now,
        ),
      )
      await deps.logAccess(principal, {
        what: 'broadcast',
        target: row.id,
        community,
        reason: null,
      })
      void deps.outgoing.announcer.run()
      return reply.code(201).send(await broadcastDetail(deps.db, row))
    },
  )
  app.post(
    '/broadcasts/:id/cancel',
    {
      config: speakersOnly,
      schema: {
        summary: 'Nothing more of it is spoken, and who speaks it now falls silent',
        description: 'Answers at once; receipts turn to `stopped` as the loudspeakers answer.',
        tags: ['broadcast'],
        params: ById,
        response: { 200: BroadcastDetail },
      },
    },
    async (request) => {
      const { id } = request.params
      const principal = whoIs(request)
      await deps.transact(async (trx) =>
        cancelBroadcast(trx, await broadcastFor(request, trx, id), principal.name, deps.clock()),
      )
      const row = await broadcastFor(request, deps.db, id)
      const { community } = row
      await deps.logAccess(principal, {
        what: 'broadcast.stop',
        target: id,
        community,
        reason: null,
      })
      void deps.outgoing.announcer.stop(row)
      return broadcastDetail(deps.db, row)
    },
  )
}
