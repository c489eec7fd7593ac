import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { ClipItem } from '../../contracts/http/broadcast.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { actorOf, seesCommunity } from '../auth/principal.ts'
import { clipItem, deleteClip, findClip, keepClip } from '../broadcast/clips.ts'
import type { Db, Trx } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { soundTypeOf } from '../sounds/sound-type.ts'
import { sendSound } from './send-sound.ts'
import { communityFor } from './tickets.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'speech' | 'community' | 'logAccess'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const speakersOnly = { access: { roles: ['admin', 'staff'] } } as const
const ById = Type.Object({ id: Type.String({ maxLength: 128 }) })
const soundBody = /^(?:audio\/|application\/octet-stream|video\/mp4)/

/** `/broadcasts/clips`: sounds that people have brought for loudspeakers. */
export const broadcastClipRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    // In this scope only sounds are taken; everything else is 415 before a byte of it is read.
    app.removeAllContentTypeParsers()
    const bodyLimit = deps.speech.settings.clipMegabytesMax * 1_000_000
    app.addContentTypeParser(soundBody, { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
      done(null, body),
    )
    storeRoute(app, deps)
    listRoute(app, deps)
    oneRoutes(app, deps)
  }

async function clipFor(request: FastifyRequest, db: Db | Trx, id: string) {
  const row = await findClip(db, id)
  if (row === null || !seesCommunity(whoIs(request), row.community))
    throw new CodedError('not-found', `clip ${id}`)
  return row
}

function storeRoute(app: App, deps: Deps): void {
  app.post(
    '/broadcasts/clips',
    {
      config: speakersOnly,
      schema: {
        summary: 'Bring a clip: MP3, WAV, M4A, OGG or FLAC, told by its bytes; kept as MP3',
        tags: ['broadcast'],
        consumes: ['audio/mpeg', 'audio/wav', 'audio/mp4', 'audio/ogg', 'audio/flac'],
        querystring: Type.Object({
          ...CommunityQuery.properties,
          name: Type.String({ minLength: 1, maxLength: 200 }),
        }),
        response: { 201: ClipItem },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const community = communityFor(principal, request.query.community, deps.community)
      const { body } = request
      const sourceType = Buffer.isBuffer(body) ? soundTypeOf(body) : null
      if (!Buffer.isBuffer(body) || sourceType === null)
        throw new CodedError('request.unsupported-type', 'no MP3, WAV, M4A, OGG or FLAC')
      const sound = await deps.speech.sounds.brought(body)
      const clip = { community, name: request.query.name.trim(), sound, sourceType }
      const row = await deps.transact((trx) =>
        keepClip(trx, deps.random, clip, actorOf(principal), deps.clock()),
      )
      await deps.logAccess(principal, {
        what: 'broadcast.clip',
        target: row.id,
        community,
        reason: null,
      })
      return reply.code(201).send(clipItem(row))
    },
  )
}

function listRoute(app: App, deps: Deps): void {
  app.get(
    '/broadcasts/clips',
    {
      config: speakersOnly,
      schema: {
        summary: 'Clips, newest first',
        tags: ['broadcast'],
        querystring: Type.Object({ ...PageQuery.properties, ...CommunityQuery.properties }),
        response: { 200: listOf(ClipItem) },
      },
    },
    async (request) => {
      const { areas } = whoIs(request)
      const { limit = 50, cursor, community } = request.query
      let query = deps.db.selectFrom('broadcast_clips').selectAll()
      if (areas !== null) query = query.where('community', 'in', ['', ...areas])
      if (community !== undefined) query = query.where('community', '=', community)
      // Ids sort by time.
      if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor, ['string'])[0])
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      return pageOf(rows, limit, ({ id }) => [id], clipItem)
    },
  )
}

function oneRoutes(app: App, deps: Deps): void {
  app.get(
    '/broadcasts/clips/:id/audio',
    {
      config: speakersOnly,
      schema: {
        summary: 'The clip, to listen to; one byte range is answered',
        tags: ['broadcast'],
        params: ById,
        response: {
          200: Type.Any({ description: 'audio/mpeg' }),
          206: Type.Any({ description: 'the part of it that Range asks for' }),
          416: Type.Any({ description: 'Range lies beyond its end; no body' }),
        },
      },
    },
    async (request, reply) => {
      const row = await clipFor(request, deps.db, request.params.id)
      return sendSound(request, reply, await deps.speech.sounds.read(row.sound))
    },
  )
  app.delete(
    '/broadcasts/clips/:id',
    {
      config: speakersOnly,
      schema: {
        summary: 'Delete a clip that no announcement is going to play',
        tags: ['broadcast'],
        params: ById,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { community } = await clipFor(request, deps.db, id)
      await deps.transact((trx) => deleteClip(trx, id))
      await deps.logAccess(whoIs(request), {
        what: 'broadcast.clip-deleted',
        target: id,
        community,
        reason: null,
      })
      return reply.code(204).send(null)
    },
  )
}
