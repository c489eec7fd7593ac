import Fastify from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { CodedError, errorTable } from '../../../contracts/errors.ts'
import { cameraRoutes, type PrivateLive } from '../../../gateway/http/camera-routes.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function build(live: PrivateLive | null) {
  const app = Fastify()
  app.setErrorHandler((error, _request, reply) => {
    const code = error instanceof CodedError ? error.code : 'internal'
    return reply.code(errorTable[code].status ?? 500).send({ code })
  })
  const none = { snapshot: async () => null, detections: () => null, subscribe: () => () => {} }
  cameraRoutes(app, none, live)
  closers.push(async () => app.close())
  return app
}

test('the playlist and its segments come with their types and are kept by nobody', async () => {
  const asked: string[] = []
  const app = build({
    async playlist(community, camera) {
      if (camera === 'hevc') throw new CodedError('camera.live-unsupported', 'hevc')
      return `#EXTM3U\n# ${community}/${camera}\ns0.ts\n`
    },
    async segment(_community, _camera, name) {
      asked.push(name)
      return name === 's0.ts' ? Buffer.from('video') : null
    },
  })
  const list = await app.inject('/cameras/cam/live/index.m3u8?community=demo')
  expect(list.body).toContain('demo/cam')
  expect(list.headers).toMatchObject({
    'content-type': expect.stringContaining('application/vnd.apple.mpegurl'),
    'cache-control': 'no-store',
  })
  const segment = await app.inject('/cameras/cam/live/s0.ts?community=demo')
  expect([segment.headers['content-type'], segment.body]).toEqual(['video/mp2t', 'video'])
  expect((await app.inject('/cameras/cam/live/s1.ts?community=demo')).json().code).toBe('not-found')
  expect((await app.inject('/cameras/cam/live/index.m3u8')).json().code).toBe('request.invalid')
  const hevc = await app.inject('/cameras/hevc/live/index.m3u8?community=demo')
  expect([hevc.statusCode, hevc.json().code]).toEqual([409, 'camera.live-unsupported'])
  expect(asked).toEqual(['s0.ts', 's1.ts'])
})
