import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { docsPage } from './docs-page.ts'
import { errorsPage } from './errors-page.ts'

const openAccess = { access: { open: true } }

/** `/openapi.json` and a page that shows it, both also below /api/v1. Nothing is fetched from elsewhere. */
export async function openapi(app: FastifyInstance, options: { version: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Linli',
        version: options.version,
        description:
          'Times are epoch milliseconds, positions WGS-84. Errors are problem+json with a `code`. ' +
          'Sign in with POST /api/v1/auth/login; `x-roles` and `x-scopes` say who may use a route.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'linli_session' },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
  })
  app.get('/docs/errors', { schema: { hide: true }, config: openAccess }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(errorsPage()),
  )
  for (const prefix of ['', '/api/v1']) {
    app.get(
      `${prefix}/openapi.json`,
      { schema: { hide: true }, config: openAccess },
      (_request, reply) => reply.type('application/json').send(JSON.stringify(app.swagger())),
    )
    app.get(`${prefix}/docs`, { schema: { hide: true }, config: openAccess }, (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(docsPage(app.swagger())),
    )
  }
}
