import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import { CameraItem } from '../../contracts/http/devices.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { LatestDetections } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { LivePermits } from '../evidence/live-permit.ts'
import { shownDevice } from '../devices/camera-source.ts'
import { listDevices } from '../devices/list.ts'
import { whoIs } from '../plugins/access.ts'
import { securityHeaders } from '../plugins/security-headers.ts'
import { stillMay } from '../plugins/still-may.ts'
import type { Services } from '../services.ts'
import { type DeviceDeps, ById, deviceFor } from './devices.ts'

type Deps = DeviceDeps & Pick<Services, 'gatewayWatch' | 'clock'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const people = { access: { roles: ['admin', 'staff', 'grid', 'supervisor'] } } as const
const Watching = Type.Object({
  ...CommunityQuery.properties,
  boxes: Type.Optional(Type.Enum(['0', '1'], { description: '1: draw what was found' })),
  reason: Type.Optional(Type.String({ maxLength: 500, description: 'why; it is logged' })),
})

export interface WatchOptions {
  /** A live picture looks again so often whether its viewer still may. */
  readonly recheckMs?: number
}

/** `/cameras`: pictures come from the box, faces blurred; who looked at what is logged first. */
export const cameraRoutes =
  (deps: Deps, { recheckMs = 15 * secondMs }: WatchOptions = {}): FastifyPluginAsyncTypebox =>
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
            ...shownDevice(device),
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
    streamRoute(app, deps, recheckMs)
    liveRoutes(app, deps)
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
}

function streamRoute(app: App, deps: Deps, recheckMs: number): void {
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
      const end = (): void => void reply.raw.destroy()
      const recheck = setInterval(() => {
        stillMay(request, deps, camera.community).then((may) => may || end(), end)
      }, recheckMs)
      reply.raw.on('close', () => clearInterval(recheck))
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

/** A player asks for the playlist every two seconds or so; a paused one for a while not at all. */
const permitMs = minuteMs
/** The box waits for a key frame before there is a first playlist. */
const playlistTimeoutMs = 15 * secondMs
const segmentPattern = /^s\d{1,9}\.ts$/

/** HLS is the camera's own picture, nobody blurred: a reason is demanded and logged (control C7). */
function liveRoutes(app: App, deps: Deps): void {
  const permits = new LivePermits(deps.clock, permitMs)
  playlistRoute(app, deps, permits)
  segmentRoute(app, deps, permits)
}

function playlistRoute(app: App, deps: Deps, permits: LivePermits): void {
  app.get(
    '/cameras/:id/live/index.m3u8',
    {
      config: people,
      schema: {
        summary: 'Live video of an H.264 camera as HLS, not blurred: 400 without a reason',
        tags: ['cameras'],
        params: ById,
        querystring: Type.Object({
          ...CommunityQuery.properties,
          reason: Type.Optional(
            Type.String({ maxLength: 500, description: 'why; demanded, and logged' }),
          ),
        }),
        response: { 200: Type.Any({ description: 'application/vnd.apple.mpegurl' }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const reason = request.query.reason?.trim() ?? ''
      const camera = await cameraFor(request, deps, id, request.query.community)
      if (reason === '') throw new CodedError('request.invalid', 'query: reason is missing')
      await logged(request, deps, camera, 'camera.live', reason)
      const timeout = AbortSignal.timeout(playlistTimeoutMs)
      const answer = await deps.gateway.raw(pathOf(camera, 'live/index.m3u8', undefined), timeout)
      const { community } = camera
      const permit = permits.give({ principal: whoIs(request).id, community, camera: id })
      const query = new URLSearchParams({ community, permit }).toString()
      const list = (await answer.text()).replaceAll(
        /^s\d{1,9}\.ts$/gm,
        (name) => `${name}?${query}`,
      )
      return reply
        .type('application/vnd.apple.mpegurl')
        .header('cache-control', 'no-store')
        .send(list)
    },
  )
}

function segmentRoute(app: App, deps: Deps, permits: LivePermits): void {
  app.get(
    '/cameras/:id/live/:segment',
    {
      config: people,
      schema: {
        summary: 'A segment of the live video, with the permit of its playlist',
        tags: ['cameras'],
        params: Type.Object({
          ...ById.properties,
          segment: Type.String({ maxLength: 64, description: 's12.ts' }),
        }),
        querystring: Type.Object({
          ...CommunityQuery.properties,
          permit: Type.Optional(Type.String({ maxLength: 128 })),
        }),
        response: { 200: Type.Any({ description: 'video/mp2t' }) },
      },
    },
    async (request, reply) => {
      const { id, segment } = request.params
      const camera = await cameraFor(request, deps, id, request.query.community)
      const viewing = { principal: whoIs(request).id, community: camera.community, camera: id }
      if (!segmentPattern.test(segment)) throw new CodedError('not-found', 'no such segment')
      if (!permits.holds(request.query.permit ?? '', viewing))
        throw new CodedError('auth.forbidden', 'the permit has expired; ask for the playlist again')
      const answer = await deps.gateway.raw(pathOf(camera, `live/${segment}`, undefined))
      return reply
        .type('video/mp2t')
        .header('cache-control', 'no-store')
        .send(Buffer.from(await answer.arrayBuffer()))
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
