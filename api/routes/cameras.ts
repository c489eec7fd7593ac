import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { CameraItem } from '../../contracts/http/devices.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { LatestDetections } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { listDevices } from '../devices/list.ts'
import { whoIs } from '../plugins/access.ts'
import { securityHeaders } from '../plugins/security-headers.ts'
import type { Services } from '../services.ts'
import { type DeviceDeps, ById, deviceFor } from './devices.ts'

type Deps = DeviceDeps & Pick<Services, 'gatewayWatch'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const people = { access: { roles: ['admin', 'staff', 'grid', 'supervisor'] } } as const
const Watching = Type.Object({
  ...CommunityQuery.properties,
  boxes: Type.Optional(Type.Enum(['0', '1'], { description: '1: draw what was found' })),
  reason: Type.Optional(Type.String({ maxLength: 500, description: 'why; it is logged' })),
})

/** `/cameras`: pictures come from the box, faces blurred; who looked at what is logged first. */
export const cameraRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/cameras',
      {
        config: people,
        schema: {
          summary: 'Cameras and how they are',
          tags: ['cameras'],
          querystring: Type.Object({ ...PageQuery.properties, ...CommunityQuery.properties }),
          response: { 200: listOf(CameraItem) },
        },
      },
      async (request) => {
        const { limit = 50, ...filter } = request.query
        const wanted = { limit, ...filter, cameras: true }
        const page = await listDevices(deps.db, wanted, whoIs(request))
        const health = await deps.gatewayWatch.health()
        const byId = new Map((health?.cameras ?? []).map((camera) => [camera.id, camera]))
        return {
          items: page.items.map((device) => ({
            ...device,
            health: byId.get(`${device.community}/${device.id}`) ?? byId.get(device.id) ?? null,
          })),
          next: page.next,
        }
      },
    )
    app.get(
      '/cameras/:id/detections',
      {
        config: people,
        schema: {
          summary: 'What was found in the latest frame',
          tags: ['cameras'],
          params: ById,
          querystring: CommunityQuery,
          response: { 200: LatestDetections },
        },
      },
      async (request) => {
        const { id } = request.params
        const camera = await cameraFor(request, deps, id, request.query.community)
        const answer = await deps.gateway.raw(pathOf(camera, 'detections', undefined))
        return (await answer.json()) as LatestDetections
      },
    )
    pictureRoutes(app, deps)
  }

async function cameraFor(
  request: FastifyRequest,
  deps: Deps,
  id: string,
  community: string | undefined,
): Promise<RosterDevice> {
  const device = await deviceFor(request, deps, id, community)
  if (device.camera === null) throw new CodedError('not-found', `camera ${id}`)
  return device
}

function pathOf(camera: RosterDevice, leaf: string, boxes: string | undefined): string {
  const query = new URLSearchParams({ community: camera.community })
  if (boxes === '1') query.set('boxes', '1')
  return `/cameras/${encodeURIComponent(camera.id)}/${leaf}?${query.toString()}`
}

function pictureRoutes(app: App, deps: Deps): void {
  app.get(
    '/cameras/:id/snapshot.jpg',
    {
      config: people,
      schema: {
        summary: 'The latest frame, faces blurred',
        tags: ['cameras'],
        params: ById,
        querystring: Watching,
        response: { 200: Type.Any({ description: 'image/jpeg' }) },
      },
    },
    async (request, reply) => {
      const { community, boxes, reason } = request.query
      const camera = await cameraFor(request, deps, request.params.id, community)
      await logged(request, deps, camera, 'camera.snapshot', reason)
      const answer = await deps.gateway.raw(pathOf(camera, 'snapshot.jpg', boxes))
      const jpeg = Buffer.from(await answer.arrayBuffer())
      return reply.type('image/jpeg').send(jpeg)
    },
  )
  app.get(
    '/cameras/:id/stream',
    {
      config: people,
      schema: {
        summary: 'The live picture as multipart/x-mixed-replace, faces blurred',
        tags: ['cameras'],
        params: ById,
        querystring: Watching,
        response: { 200: Type.Any({ description: 'multipart/x-mixed-replace' }) },
      },
    },
    async (request, reply) => {
      const { community, boxes, reason } = request.query
      const camera = await cameraFor(request, deps, request.params.id, community)
      await logged(request, deps, camera, 'camera.stream', reason)
      const gone = new AbortController()
      reply.raw.on('close', () => gone.abort())
      const answer = await deps.gateway.raw(pathOf(camera, 'stream', boxes), gone.signal)
      if (answer.body === null) throw new CodedError('gateway.unreachable', 'no picture came')
      const frames = Readable.fromWeb(answer.body)
      frames.on('error', () => reply.raw.destroy())
      reply.hijack()
      reply.raw.writeHead(200, {
        ...securityHeaders,
        'content-type': answer.headers.get('content-type') ?? 'multipart/x-mixed-replace',
        'cache-control': 'no-store',
      })
      frames.pipe(reply.raw)
    },
  )
}

const logged = (
  request: FastifyRequest,
  deps: Deps,
  camera: RosterDevice,
  what: string,
  reason: string | undefined,
): Promise<void> =>
  deps.logAccess(whoIs(request), {
    what,
    target: camera.id,
    community: camera.community,
    reason: reason ?? null,
  })
