import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import { byteRange } from '../evidence/byte-range.ts'
import { type EvidenceType, evidenceTypes } from '../evidence/evidence-type.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
const ByHash = Type.Object({ sha256: Sha256 })
type Deps = Pick<Services, 'pictures' | 'logAccess'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const bytesMax: Readonly<Record<EvidenceType, number>> = {
  'image/jpeg': limits.frameBytesMax,
  'video/mp4': limits.clipBytesMax,
}

/** `/evidence`: pictures and clips by their hash. They go up with faces blurred and are seen through a ticket. */
export const evidenceRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    // In this scope only evidence is taken; everything else is 415 before a byte of it is read.
    app.removeAllContentTypeParsers()
    for (const type of evidenceTypes) {
      app.addContentTypeParser(
        type,
        { parseAs: 'buffer', bodyLimit: bytesMax[type] },
        (_request, body, done) => done(null, body),
      )
    }
    storeRoute(app, deps)
    showRoute(app, deps, '/evidence/:sha256')
    // The address that pictures had before there were clips.
    showRoute(app, deps, '/evidence/:sha256.jpg')
  }

function storeRoute(app: App, deps: Deps): void {
  app.put(
    '/evidence/:sha256',
    {
      config: { access: { roles: ['gateway', 'admin'] } },
      schema: {
        summary: 'Store a JPEG or an MP4 under its sha256; idempotent',
        tags: ['gateway'],
        consumes: [...evidenceTypes],
        params: ByHash,
        response: { 200: ByHash, 201: ByHash },
      },
    },
    async (request, reply) => {
      const { sha256 } = request.params
      const { body } = request
      const type = evidenceTypes.find((each) => request.headers['content-type']?.startsWith(each))
      if (!Buffer.isBuffer(body) || type === undefined)
        throw new CodedError('request.unsupported-type', 'neither a JPEG nor an MP4')
      const fresh = await deps.pictures.put(sha256, body, type)
      return reply.code(fresh ? 201 : 200).send({ sha256 })
    },
  )
}

function showRoute(app: App, deps: Deps, url: string): void {
  app.get(
    url,
    {
      config: {
        access: {
          roles: ['admin', 'staff', 'grid', 'unit', 'supervisor', 'resident'],
          scopes: ['read'],
        },
      },
      schema: {
        summary:
          'A picture or clip of a ticket or visit that you may see; one byte range is answered',
        tags: ['tickets'],
        params: ByHash,
        response: {
          200: Type.Any({ description: 'image/jpeg or video/mp4' }),
          206: Type.Any({ description: 'the part of it that Range asks for' }),
          416: Type.Any({ description: 'Range lies beyond its end; no body' }),
        },
      },
    },
    async (request, reply) => {
      const { sha256 } = request.params
      const principal = whoIs(request)
      const file = await deps.pictures.get(sha256, principal)
      if (file === null) throw new CodedError('not-found', `evidence ${sha256}`)
      await deps.logAccess(principal, {
        what: file.what,
        target: sha256,
        community: file.community,
        reason: null,
      })
      const { bytes, type } = file
      reply
        .type(type)
        .header('cache-control', 'private, max-age=3600')
        .header('accept-ranges', 'bytes')
      const range = byteRange(request.headers.range, bytes.length)
      if (range === null) return reply.send(bytes)
      if (range === 'unsatisfiable')
        return reply.code(416).header('content-range', `bytes */${bytes.length}`).send()
      return reply
        .code(206)
        .header('content-range', `bytes ${range.from}-${range.to}/${bytes.length}`)
        .send(bytes.subarray(range.from, range.to + 1))
    },
  )
}
