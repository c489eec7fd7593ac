import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** `/evidence`: pictures by their hash. They go up with faces blurred and are seen through a ticket. */
export const evidenceRoutes =
  (deps: Pick<Services, 'pictures' | 'logAccess'>): FastifyPluginAsyncTypebox =>
  async (app) => {
    // In this scope only pictures are taken; everything else is 415 before a byte of it is read.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'image/jpeg',
      { parseAs: 'buffer', bodyLimit: limits.frameBytesMax },
      (_request, body, done) => done(null, body),
    )
    app.put(
      '/evidence/:sha256',
      {
        config: { access: { roles: ['gateway', 'admin'] } },
        bodyLimit: limits.frameBytesMax,
        schema: {
          summary: 'Store a JPEG under its sha256; idempotent',
          tags: ['gateway'],
          consumes: ['image/jpeg'],
          params: Type.Object({ sha256: Sha256 }),
          response: {
            200: Type.Object({ sha256: Sha256 }),
            201: Type.Object({ sha256: Sha256 }),
          },
        },
      },
      async (request, reply) => {
        const { sha256 } = request.params
        const { body } = request
        if (!Buffer.isBuffer(body)) throw new CodedError('request.unsupported-type', 'not a JPEG')
        const fresh = await deps.pictures.put(sha256, body)
        return reply.code(fresh ? 201 : 200).send({ sha256 })
      },
    )
    app.get(
      '/evidence/:sha256.jpg',
      {
        config: {
          access: {
            roles: ['admin', 'staff', 'grid', 'unit', 'supervisor', 'resident'],
            scopes: ['read'],
          },
        },
        schema: {
          summary: 'A picture of a ticket that you may see',
          tags: ['tickets'],
          params: Type.Object({ sha256: Sha256 }),
          response: { 200: Type.Any({ description: 'image/jpeg' }) },
        },
      },
      async (request, reply) => {
        const { sha256 } = request.params
        const principal = whoIs(request)
        const picture = await deps.pictures.get(sha256, principal)
        if (picture === null) throw new CodedError('not-found', `picture ${sha256}`)
        await deps.logAccess(principal, {
          what: 'evidence',
          target: sha256,
          community: picture.community,
          reason: null,
        })
        return reply
          .type('image/jpeg')
          .header('cache-control', 'private, max-age=3600')
          .send(picture.jpeg)
      },
    )
  }
