import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { VisitPhoto } from '../../contracts/http/care.ts'
import { limits } from '../../contracts/limits.ts'
import { actorOf } from '../auth/principal.ts'
import { whoIs } from '../plugins/access.ts'
import { bodyByHand } from '../plugins/validation.ts'
import type { Services } from '../services.ts'
import { residentFor, visitors } from './care.ts'
import { ByPerson } from './people.ts'

type Deps = Pick<Services, 'db' | 'visitPhotos' | 'logAccess'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const ByVisit = Type.Object({
  ...ByPerson.properties,
  visit: Type.String({ minLength: 1, maxLength: 128 }),
})
const ByPhoto = Type.Object({
  ...ByVisit.properties,
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
})

/** `/care/{id}/visits/{visit}/photos`: what a visitor photographed; shown by `/evidence/{sha256}.jpg`. */
export const visitPhotoRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    // What it is, its bytes say, and not its header.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    addRoute(app, deps)
    removeRoute(app, deps)
  }

function addRoute(app: App, deps: Deps): void {
  app.post(
    '/care/:id/visits/:visit/photos',
    {
      config: visitors,
      bodyLimit: limits.frameBytesMax,
      validatorCompiler: bodyByHand,
      schema: {
        summary: 'A photo of a visit: one JPEG, cleaned before it is kept',
        description:
          'Faces, plates, EXIF and position are destroyed in the box, and the photo is shrunk to 1920 pixels; ' +
          'what was sent is kept nowhere. 503 `photo.unmasked` or `gateway.unreachable` where that cannot be ' +
          'done: nothing is kept then, and the visit stands. The same file again is answered with 200. ' +
          '409 `photo.too-many` above four.',
        tags: ['care'],
        params: ByVisit,
        body: {
          content: { 'image/jpeg': { schema: Type.Any({ type: 'string', format: 'binary' }) } },
        },
        response: { 200: VisitPhoto, 201: VisitPhoto },
      },
    },
    async (request, reply) => {
      const { visit } = request.params
      const community = await checkVisit(request, deps, request.params)
      const { body } = request
      if (!Buffer.isBuffer(body) || body.length === 0)
        throw new CodedError('request.unsupported-type', 'no bytes of a photo')
      const principal = whoIs(request)
      const { photo, fresh } = await deps.visitPhotos.add(visit, body, actorOf(principal))
      await deps.logAccess(principal, {
        what: 'care.photo.add',
        target: photo.sha256,
        community,
        reason: null,
        each: true,
      })
      return reply.code(fresh ? 201 : 200).send(photo)
    },
  )
}

function removeRoute(app: App, deps: Deps): void {
  app.delete(
    '/care/:id/visits/:visit/photos/:sha256',
    {
      config: visitors,
      schema: {
        summary: 'Delete a photo of a visit: at once, with its file',
        description: 'Whoever took it, and staff.',
        tags: ['care'],
        params: ByPhoto,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { visit, sha256 } = request.params
      const community = await checkVisit(request, deps, request.params)
      await checkOwn(request, deps, visit, sha256)
      await deps.visitPhotos.remove(visit, sha256)
      await deps.logAccess(whoIs(request), {
        what: 'care.photo.delete',
        target: sha256,
        community,
        reason: null,
        each: true,
      })
      return reply.code(204).send(null)
    },
  )
}

/** Community of the person who was visited, if this one may know of them and that visit was theirs. */
async function checkVisit(
  request: FastifyRequest,
  { db }: Deps,
  { id, visit }: { readonly id: string; readonly visit: string },
): Promise<string> {
  const resident = await residentFor(request, db, id)
  const row = await db
    .selectFrom('visits')
    .select('id')
    .where('id', '=', visit)
    .where('resident', '=', resident.id)
    .executeTakeFirst()
  if (row === undefined) throw new CodedError('not-found', `visit ${visit}`)
  return resident.community
}

async function checkOwn(
  request: FastifyRequest,
  { db }: Deps,
  visit: string,
  sha256: string,
): Promise<void> {
  const photo = await db
    .selectFrom('visit_photos')
    .select('by_id')
    .where('visit', '=', visit)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  if (photo === undefined) throw new CodedError('not-found', `photo ${sha256}`)
  const { id, role } = actorAndRole(request)
  if (role === 'grid' && photo.by_id !== id)
    throw new CodedError('auth.forbidden', 'somebody else took it')
}

const actorAndRole = (request: FastifyRequest) => {
  const principal = whoIs(request)
  return { id: actorOf(principal).id, role: principal.role }
}
