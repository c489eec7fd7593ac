import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../contracts/errors.ts'
import type { LatestDetections } from '../../contracts/private-api.ts'
import { communityOf } from './device-routes.ts'

export interface PrivateCameras {
  /** The latest frame as JPEG, faces blurred; null while there is none. */
  snapshot(community: string, camera: string, options: { boxes: boolean }): Promise<Buffer | null>
  detections(community: string, camera: string): LatestDetections | null
  /** Calls the listener for every new frame until the returned function is called. */
  subscribe(community: string, camera: string, listener: () => void): () => void
}

/** Live view as HLS, unblurred: the api asks for a reason and logs it before it comes here. */
export interface PrivateLive {
  /** Rejects with `camera.live-unsupported` where the camera has no H.264 stream. */
  playlist(community: string, camera: string): Promise<string>
  /** Null where there is no such segment (any more). */
  segment(community: string, camera: string, name: string): Promise<Buffer | null>
}

interface CameraRequest {
  Params: { id: string }
  Querystring: { community?: string; boxes?: string }
}

const boundary = 'linli-frame'
/** A viewer that does not read is cut off rather than buffered for. */
const viewerBytesMax = 8 * 1024 * 1024

export function cameraRoutes(
  app: FastifyInstance,
  cameras: PrivateCameras,
  live: PrivateLive | null = null,
): void {
  if (live !== null) liveRoutes(app, live)
  app.get<CameraRequest>('/cameras/:id/snapshot.jpg', async (request, reply) => {
    const picture = await cameras.snapshot(communityOf(request.query), request.params.id, {
      boxes: request.query.boxes === '1',
    })
    if (picture === null) throw new CodedError('picture.absent', request.params.id)
    return reply.type('image/jpeg').header('cache-control', 'no-store').send(picture)
  })
  app.get<CameraRequest>('/cameras/:id/detections', async (request) => {
    const answer = cameras.detections(communityOf(request.query), request.params.id)
    if (answer === null) throw new CodedError('picture.absent', request.params.id)
    return answer
  })
  app.get<CameraRequest>('/cameras/:id/stream', async (request, reply) => {
    const community = communityOf(request.query)
    const boxes = request.query.boxes === '1'
    reply.hijack()
    reply.raw.writeHead(200, {
      'content-type': `multipart/x-mixed-replace; boundary=${boundary}`,
      'cache-control': 'no-store',
    })
    let busy = false
    const push = async (): Promise<void> => {
      if (busy) return
      busy = true
      try {
        const picture = await cameras.snapshot(community, request.params.id, { boxes })
        if (picture === null || reply.raw.destroyed) return
        if (reply.raw.writableLength > viewerBytesMax) reply.raw.destroy()
        else reply.raw.write(part(picture))
      } finally {
        busy = false
      }
    }
    const frameArrived = (): void => {
      push().catch(() => reply.raw.destroy())
    }
    const unsubscribe = cameras.subscribe(community, request.params.id, frameArrived)
    reply.raw.on('close', unsubscribe)
    frameArrived()
  })
}

function liveRoutes(app: FastifyInstance, live: PrivateLive): void {
  app.get<CameraRequest>('/cameras/:id/live/index.m3u8', async (request, reply) => {
    const text = await live.playlist(communityOf(request.query), request.params.id)
    return reply
      .type('application/vnd.apple.mpegurl')
      .header('cache-control', 'no-store')
      .send(text)
  })
  app.get<{ Params: { id: string; segment: string }; Querystring: { community?: string } }>(
    '/cameras/:id/live/:segment',
    async (request, reply) => {
      const { id, segment } = request.params
      const bytes = await live.segment(communityOf(request.query), id, segment)
      if (bytes === null) throw new CodedError('not-found', `no such segment of ${id}`)
      return reply.type('video/mp2t').header('cache-control', 'no-store').send(bytes)
    },
  )
}

function part(jpeg: Buffer): Buffer {
  const head = `--${boundary}\r\ncontent-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')])
}
