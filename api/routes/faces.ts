import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import {
  DeletionReceipt,
  FaceCreate,
  FaceCreated,
  FaceItem,
  Filing,
} from '../../contracts/http/access.ts'
import { ShortPageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { actorOf } from '../auth/principal.ts'
import { type EnrolDeps, enrolFace, faceItem, facesOf, mayEnrol } from '../faces/enrol.ts'
import { readFiling } from '../faces/filing.ts'
import { deleteFace } from '../faces/forget.ts'
import { picturesOf } from '../faces/pictures.ts'
import { sliceOf } from '../pages.ts'
import type { ResidentRow } from '../people/residents.ts'
import { whoIs } from '../plugins/access.ts'
import { bodyByHand } from '../plugins/validation.ts'
import type { Services } from '../services.ts'
import { residentFor } from './consents.ts'
import { keepers } from './devices.ts'
import { ByPerson } from './people.ts'

type Deps = EnrolDeps & Pick<Services, 'logAccess'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

/** Three pictures as a telephone takes them. */
export const picturesBytesMax = 12 * 1024 * 1024
const counters = { access: { roles: ['admin', 'staff', 'supervisor'], scopes: ['read'] } } as const
const ByFace = Type.Object({
  ...ByPerson.properties,
  face: Type.String({ minLength: 1, maxLength: 128 }),
})

/** `/residents/{id}/faces`, `/faces/filing`: faces with a live consent, and how many there are. */
export const faceRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    // Whether there is a consent comes first, so a body is taken as it is and looked at after.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    enrolRoute(app, deps)
    archiveRoutes(app, deps)
    app.get(
      '/faces/filing',
      {
        config: counters,
        schema: {
          summary: 'Persons whose face is stored, and how far that is from the filing limit',
          tags: ['people'],
          response: { 200: Filing },
        },
      },
      () => readFiling(deps.db, deps.accessRules.filingNumber),
    )
  }

function enrolRoute(app: App, deps: Deps): void {
  app.post(
    '/residents/:id/faces',
    {
      config: keepers,
      bodyLimit: picturesBytesMax,
      validatorCompiler: bodyByHand,
      schema: {
        summary: 'Enrol a face out of one to three pictures; needs a live consent',
        description:
          '403 `face.no-consent`; 409 `face.duplicate`, `face.filing-limit`; 415 what is no JPEG; ' +
          '422 `face.not-usable` with `reasons`. The pictures go to the box and are not kept here.',
        tags: ['people'],
        params: ByPerson,
        body: {
          content: {
            'image/jpeg': { schema: Type.Any({ type: 'string', format: 'binary' }) },
            'multipart/form-data': {
              schema: Type.Any({
                type: 'object',
                additionalProperties: { type: 'string', format: 'binary' },
              }),
            },
            // One picture may also come as `image`, and with the head of a data URL.
            'application/json': { schema: FaceCreate },
          },
        },
        response: { 201: FaceCreated },
      },
    },
    async (request, reply) => {
      const resident = await residentFor(request, deps, request.params.id)
      await mayEnrol(deps, deps.db, resident)
      const pictures = await picturesOf(request.headers['content-type'] ?? '', request.body)
      await logged(request, deps, resident, 'face.enrol', true)
      return reply.code(201).send(await enrolFace(deps, resident, pictures))
    },
  )
}

function archiveRoutes(app: App, deps: Deps): void {
  app.get(
    '/residents/:id/faces',
    {
      config: keepers,
      schema: {
        summary: 'Faces of a resident: when and under which consent, never a picture',
        tags: ['people'],
        params: ByPerson,
        querystring: ShortPageQuery,
        response: { 200: listOf(FaceItem) },
      },
    },
    async (request) => {
      const resident = await residentFor(request, deps, request.params.id)
      await logged(request, deps, resident, 'face.list', false)
      const rows = await facesOf(deps.db, resident.id)
      return sliceOf(rows.map(faceItem), request.query)
    },
  )
  app.delete(
    '/residents/:id/faces/:face',
    {
      config: keepers,
      schema: {
        summary: 'Delete a face here and in the box; the consent stays',
        tags: ['people'],
        params: ByFace,
        response: { 200: DeletionReceipt },
      },
    },
    async (request) => {
      const { id, face } = request.params
      const resident = await residentFor(request, deps, id)
      await logged(request, deps, resident, 'face.delete', true)
      const receipt = await deleteFace(deps, resident, face, actorOf(whoIs(request)))
      if (receipt === null) throw new CodedError('not-found', `face ${face}`)
      return receipt
    },
  )
}

const logged = (
  request: FastifyRequest,
  deps: Deps,
  resident: ResidentRow,
  what: string,
  each: boolean,
): Promise<void> =>
  deps.logAccess(whoIs(request), {
    what,
    target: resident.id,
    community: resident.community,
    reason: null,
    each,
  })
