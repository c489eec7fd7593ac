import '@fastify/cookie'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Role } from '../../contracts/http/auth.ts'
import { findApiKey } from '../auth/api-keys.ts'
import type { Principal, Scope } from '../auth/principal.ts'
import { findSession } from '../auth/sessions.ts'
import { sameSecret } from '../auth/tokens.ts'
import type { Db } from '../db/open.ts'

/** Who may use a route. Every route below /api/v1 says it, or the app does not start. */
export interface Access {
  /** Anybody; a session is looked at if there is one, but none is asked for. */
  readonly open?: boolean
  readonly roles?: readonly Role[]
  readonly scopes?: readonly Scope[]
  /** Works before the first password has been changed. */
  readonly early?: boolean
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

export const sessionCookie = 'linli_session'

export interface AccessDeps {
  readonly db: Db
  readonly clock: Clock
  readonly serviceToken: string | null
}

/** Finds out who asks and refuses whom the route does not name. Deny is the default. */
export function access(app: FastifyInstance, deps: AccessDeps): void {
  app.decorateRequest('principal', null)
  app.addHook('onRoute', (route) => {
    const rule = route.config?.access
    if (!route.url.startsWith('/api/')) return
    if (rule === undefined) throw new Error(`invariant broken: ${route.url} does not say who may`)
    const roles = rule.open === true ? ['everybody'] : [...(rule.roles ?? [])]
    const extension = { 'x-roles': roles, 'x-scopes': [...(rule.scopes ?? [])] }
    route.schema = { ...route.schema, ...extension }
    if (rule.open === true) route.schema = { ...route.schema, security: [] }
  })
  app.addHook('onRequest', async (request) => {
    const rule = request.routeOptions.config.access
    if (rule === undefined) return
    if (rule.open === true) {
      request.principal = await identify(request, deps)
      return
    }
    request.principal = await identify(request, deps)
    check(request.principal, rule)
  })
}

function check(principal: Principal | null, rule: Access): void {
  if (principal === null) throw new CodedError('auth.required', 'no valid session or key')
  if (principal.mustChangePassword && rule.early !== true) {
    throw new CodedError('auth.password-change-required', 'the first password is still in use')
  }
  const byRole = principal.role !== null && (rule.roles ?? []).includes(principal.role)
  const byScope = (rule.scopes ?? []).some((scope) => principal.scopes.includes(scope))
  if (!byRole && !byScope) throw new CodedError('auth.forbidden', 'not for this role')
}

/** The person, key or box behind a request; null where there is none or it is not valid any more. */
export async function identify(
  request: FastifyRequest,
  deps: AccessDeps,
): Promise<Principal | null> {
  const header = request.headers.authorization
  if (header !== undefined) {
    const token = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(header)?.[1]
    return token === undefined ? null : byToken(token, deps)
  }
  const cookie = request.cookies[sessionCookie]
  if (cookie === undefined) return null
  checkSameOrigin(request)
  return findSession(deps.db, cookie, deps.clock)
}

async function byToken(token: string, deps: AccessDeps): Promise<Principal | null> {
  if (token.startsWith('lk_')) return findApiKey(deps.db, token)
  if (token.startsWith('ls_')) return findSession(deps.db, token, deps.clock)
  if (deps.serviceToken === null || !sameSecret(token, deps.serviceToken)) return null
  return {
    kind: 'service',
    id: 'gateway',
    name: 'gateway',
    role: 'gateway',
    areas: null,
    unit: null,
    scopes: ['gateway'],
    mustChangePassword: false,
    session: null,
    account: null,
  }
}

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * A browser sends the cookie for whoever asks it to; so what changes something must come from our own
 * pages. Browsers say where a request comes from; a client that says nothing is not a browser.
 */
export function checkSameOrigin(request: FastifyRequest): void {
  if (safe.has(request.method)) return
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none'
  const foreignOrigin = origin !== undefined && hostOf(origin) !== request.headers.host
  if (foreignSite || foreignOrigin) throw new CodedError('auth.forbidden', 'from another site')
}

const hostOf = (origin: string): string | null =>
  URL.canParse(origin) ? new URL(origin).host : null

/** For handlers behind a rule that is not open: somebody is there. */
export function whoIs(request: FastifyRequest): Principal {
  if (request.principal === null) throw new CodedError('auth.required', 'no valid session or key')
  return request.principal
}
