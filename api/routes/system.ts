import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError, type ErrorCode, errorTable } from '../../contracts/errors.ts'
import { Health } from '../../contracts/http/system.ts'
import type { Problem } from '../../contracts/health.ts'
import type { Services } from '../services.ts'

type Deps = Pick<
  Services,
  | 'db'
  | 'gateway'
  | 'gatewayWatch'
  | 'metrics'
  | 'version'
  | 'community'
  | 'webPresent'
  | 'notices'
  | 'speech'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

/** `/health`, `/ready`, `/metrics`. */
export const systemRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    healthRoutes(app, deps)
  }

function healthRoutes(app: App, deps: Deps): void {
  app.get(
    '/health',
    {
      config: { access: { open: true } },
      schema: {
        summary: 'How the box is; without sign-in only `status`',
        tags: ['system'],
        response: { 200: Health },
      },
    },
    async (request): Promise<Health> => {
      const gateway = await deps.gatewayWatch.health()
      const mute = await deps.speech.readiness.problems()
      const problems = [...problemsOf(deps, gateway), ...mute.map(muteProblem)]
      const status = problems.length === 0 ? 'ok' : 'degraded'
      const principal = request.principal
      if (principal === null || principal.mustChangePassword) return { status }
      // A duty that waits is told, but nothing is broken by it.
      const all = [...problems, ...(await deps.notices())]
      const { version, community } = deps
      return { status, version, community, problems: all, gateway }
    },
  )
  app.get(
    '/ready',
    {
      config: { access: { open: true } },
      schema: {
        summary: '200 once every acknowledged record can be queried',
        tags: ['system'],
        response: { 200: Type.Object({ ready: Type.Boolean() }) },
      },
    },
    async () => {
      await deps.db.selectFrom('roster_meta').select('version').executeTakeFirst()
      if (!deps.gateway.configured) return { ready: true }
      const gateway = await deps.gatewayWatch.health()
      if (gateway?.ready !== true) throw new CodedError('gateway.unreachable', 'box is not ready')
      return { ready: true }
    },
  )
  app.get(
    '/metrics',
    {
      config: { access: { roles: ['admin', 'staff', 'supervisor', 'gateway'], scopes: ['read'] } },
      schema: { summary: 'Prometheus metrics', tags: ['system'], response: { 200: Type.String() } },
    },
    async (_request, reply) => {
      const { registry } = deps.metrics
      return reply.type(registry.contentType).send(await registry.metrics())
    },
  )
}

function problemsOf(deps: Deps, gateway: Health['gateway']): Problem[] {
  const problems: Problem[] = []
  if (!deps.webPresent) problems.push(problemOf('web.missing', 'npm run build:web'))
  if (deps.gateway.configured && gateway === null) {
    problems.push(problemOf('gateway.unreachable', null))
  }
  return [...problems, ...(gateway?.problems ?? [])]
}

/** What loudspeakers lack, with the command where it is a package of Debian. */
function muteProblem(code: ErrorCode): Problem {
  if (code === 'speech.missing') return problemOf(code, 'apt-get install espeak-ng')
  return problemOf(code, code === 'sound.no-ffmpeg' ? 'apt-get install ffmpeg' : null)
}

const problemOf = (code: ErrorCode, command: string | null): Problem => ({
  code,
  what: errorTable[code].title,
  hint: errorTable[code].hint,
  command,
})
