import cookie from '@fastify/cookie'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { access } from './plugins/access.ts'
import { measured } from './plugins/metrics.ts'
import { openapi } from './plugins/openapi.ts'
import { problems } from './plugins/problems.ts'
import { secureAnswers } from './plugins/security-headers.ts'
import { validation } from './plugins/validation.ts'
import { web } from './plugins/web.ts'
import { accountRoutes } from './routes/accounts.ts'
import { anomalyRoutes } from './routes/anomalies.ts'
import { auditRoutes } from './routes/audit.ts'
import { authRoutes } from './routes/auth.ts'
import { type WatchOptions, cameraRoutes } from './routes/cameras.ts'
import { callSheetRoutes } from './routes/call-sheet.ts'
import { carePlanRoutes } from './routes/care-plans.ts'
import { broadcastRoutes } from './routes/broadcast.ts'
import { broadcastClipRoutes } from './routes/broadcast-clips.ts'
import { broadcastSoundRoutes } from './routes/broadcast-sounds.ts'
import { careRoutes } from './routes/care.ts'
import { contactRoutes } from './routes/contacts.ts'
import { careSignRoutes } from './routes/care-signs.ts'
import { commandRoutes } from './routes/commands.ts'
import { consentRoutes } from './routes/consents.ts'
import { deathRoutes } from './routes/death.ts'
import { deviceRoutes } from './routes/devices.ts'
import { disputeRoutes } from './routes/disputes.ts'
import { doorRoutes } from './routes/doors.ts'
import { dutyRoutes } from './routes/duties.ts'
import { eventRoutes } from './routes/events.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { faceRoutes } from './routes/faces.ts'
import { gatewayRoutes } from './routes/gateway.ts'
import { ladderAnswerRoutes } from './routes/ladder-answer.ts'
import { ladderRoutes } from './routes/ladder.ts'
import { mqttCredentialRoutes } from './routes/mqtt-credentials.ts'
import { modeRoutes } from './routes/modes.ts'
import { notifyRoutes } from './routes/notify.ts'
import { orgRoutes } from './routes/org.ts'
import { peopleRoutes } from './routes/people.ts'
import { replayRoutes } from './routes/replay.ts'
import { rulesRoutes } from './routes/rules.ts'
import { type StreamOptions, streamRoutes } from './routes/stream.ts'
import { systemRoutes } from './routes/system.ts'
import { telemetryRoutes } from './routes/telemetry.ts'
import { ticketRoutes } from './routes/tickets.ts'
import { vehicleRoutes } from './routes/vehicles.ts'
import { visitPhotoRoutes } from './routes/visit-photos.ts'
import { visitorRoutes } from './routes/visitors.ts'
import { watchlistRoutes } from './routes/watchlist.ts'
import type { Services } from './services.ts'

export interface AppOptions {
  readonly serviceToken: string | null
  readonly logger: FastifyBaseLogger
  /** Check answers against their schema: in tests. */
  readonly checkAnswers?: boolean
  readonly stream?: StreamOptions
  readonly watch?: WatchOptions
}

const bodyBytesMax = 1024 * 1024

/** Builds the app out of its services. It listens to nothing and starts nothing. */
export async function buildApp(services: Services, options: AppOptions): Promise<FastifyInstance> {
  const { serviceToken, logger, checkAnswers = false, stream = {}, watch = {} } = options
  const app = Fastify({
    loggerInstance: logger,
    // pino at `info` would write two lines per request; metrics count them instead.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytesMax,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestTimeout: 60_000,
  }).withTypeProvider<TypeBoxTypeProvider>()

  problems(app)
  validation(app, { checkAnswers })
  lenientJson(app)
  secureAnswers(app)
  measured(app, services.metrics)
  await app.register(cookie)
  access(app, { db: services.db, clock: services.clock, serviceToken })
  await openapi(app, { version: services.version })
  await app.register(
    async (api) => {
      await api.register(systemRoutes(services))
      await api.register(authRoutes(services))
      await api.register(orgRoutes(services))
      await api.register(dutyRoutes(services))
      await api.register(disputeRoutes(services))
      await api.register(accountRoutes(services))
      await api.register(ticketRoutes(services))
      await api.register(anomalyRoutes(services))
      await api.register(gatewayRoutes(services))
      await api.register(evidenceRoutes(services))
      await api.register(deviceRoutes(services))
      await api.register(mqttCredentialRoutes(services))
      await api.register(telemetryRoutes(services))
      await api.register(cameraRoutes(services, watch))
      await api.register(commandRoutes(services))
      await api.register(doorRoutes(services))
      await api.register(peopleRoutes(services))
      await api.register(consentRoutes(services))
      await api.register(faceRoutes(services))
      await api.register(vehicleRoutes(services))
      await api.register(visitorRoutes(services))
      await api.register(watchlistRoutes(services))
      await api.register(careRoutes(services))
      await api.register(visitPhotoRoutes(services))
      await api.register(careSignRoutes(services))
      await api.register(deathRoutes(services))
      await api.register(modeRoutes(services))
      await api.register(replayRoutes(services))
      await api.register(rulesRoutes(services))
      await api.register(carePlanRoutes(services))
      await api.register(callSheetRoutes(services))
      await api.register(contactRoutes(services))
      await api.register(ladderRoutes(services))
      await api.register(ladderAnswerRoutes(services))
      await api.register(notifyRoutes(services))
      await api.register(broadcastRoutes(services))
      await api.register(broadcastClipRoutes(services))
      await api.register(broadcastSoundRoutes(services))
      await api.register(eventRoutes(services))
      await api.register(auditRoutes(services))
      await api.register(streamRoutes({ ...services, serviceToken }, stream))
    },
    { prefix: '/api/v1' },
  )
  await app.register(web, { dir: services.webDir })
  return app
}

/** An action without words may come with the JSON type and no body at all. */
function lenientJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  // Text is no body of ours: 415, not a guess. JSON is parsed below.
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, body as string, done)
  })
}
