import { createHash, timingSafeEqual } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { CodedError, errorTable } from '../../contracts/errors.ts'
import type { GatewayHealth } from '../../contracts/health.ts'
import { accessRoutes, type PrivateAccess } from './access-routes.ts'
import type { PrivateDevices } from './device-routes.ts'
import { deviceRoutes } from './device-routes.ts'
import { type PrivateCameras, type PrivateLive, cameraRoutes } from './camera-routes.ts'
import { type PhotoDeps, photoRoutes } from './photo-routes.ts'
import { type PrivateReplay, replayRoutes } from './replay-routes.ts'
import { type PrivateRules, rulesRoutes } from './rules-routes.ts'
import { type PrivateRoster, rosterRoutes } from './roster-routes.ts'

export interface PrivateAppDeps {
  readonly serviceToken: string
  readonly health: () => Promise<GatewayHealth>
  readonly metrics: () => Promise<string>
  readonly roster: PrivateRoster
  readonly devices: PrivateDevices
  readonly cameras: PrivateCameras
  readonly live: PrivateLive | null
  readonly access: PrivateAccess
  readonly replay: PrivateReplay
  readonly rules: PrivateRules
  readonly photos: PhotoDeps
}

const rosterBytesMax = 64 * 1024 * 1024
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * The gateway's private HTTP interface (contracts/private-api.ts): loopback by default, one service
 * token, no sessions. The api asks here after it has checked the person's rights.
 */
export function createPrivateApp(deps: PrivateAppDeps): FastifyInstance {
  const app = Fastify({ bodyLimit: rosterBytesMax, forceCloseConnections: true })
  const expected = digest(`Bearer ${deps.serviceToken}`)

  app.addHook('onRequest', async (request) => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      throw new CodedError('auth.required', 'service token missing or wrong')
    }
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const code =
      error instanceof CodedError
        ? error.code
        : (error.statusCode ?? 500) < 500
          ? 'request.invalid'
          : 'internal'
    const { status, title, hint } = errorTable[code]
    const body = {
      ...(error instanceof CodedError ? error.extra : {}),
      type: `about:blank`,
      title: title.en,
      status: status ?? 500,
      detail: error.message,
      code,
      hint: hint.en,
    }
    return reply
      .code(status ?? 500)
      .type('application/problem+json')
      .send(body)
  })
  app.get('/health', () => deps.health())
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await deps.metrics()),
  )
  rosterRoutes(app, deps.roster)
  deviceRoutes(app, deps.devices)
  cameraRoutes(app, deps.cameras, deps.live)
  accessRoutes(app, deps.access)
  replayRoutes(app, deps.replay)
  rulesRoutes(app, deps.rules)
  photoRoutes(app, deps.photos)
  return app
}
