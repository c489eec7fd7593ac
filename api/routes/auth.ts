import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { Account, LoginAnswer, LoginBody, PasswordBody, roles } from '../../contracts/http/auth.ts'
import { forgetFirstPassword } from '../auth/first-admin.ts'
import { closeOtherSessions, closeSession, openSession, sessionTtlMs } from '../auth/sessions.ts'
import { accountOf, findUser, findUserByName } from '../auth/users.ts'
import { checkSameOrigin, sessionCookie, whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'passwords' | 'limiter' | 'home' | 'metrics'
>
const anybody = { roles, early: true }

/** `/auth`: sign-in, sign-out, who am I, change of password. */
export const authRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/auth/login',
      {
        config: { access: { open: true } },
        schema: {
          summary: 'Sign in',
          tags: ['auth'],
          body: LoginBody,
          response: { 200: LoginAnswer },
        },
      },
      async (request, reply) => {
        checkSameOrigin(request)
        const { username, password } = request.body
        const user = await findUserByName(deps.db, username)
        const right = await deps.limiter.attempt(username, request.ip, async () => {
          // An unknown name costs the same work as a wrong password, so time tells nothing.
          const same = await deps.passwords.verify(password, user?.password_hash ?? null)
          return same && user?.disabled === 0
        })
        if (right === null) {
          deps.metrics.dropped.inc({ what: 'login' })
          throw new CodedError('auth.rate-limited', 'too many failed sign-ins')
        }
        if (!right || user === null) throw new CodedError('auth.failed', 'user name or password')
        const token = await deps.transact((trx) => openSession(trx, user.id, deps.clock()))
        reply.setCookie(sessionCookie, token, {
          httpOnly: true,
          sameSite: 'lax',
          path: '/',
          secure: request.protocol === 'https',
          maxAge: Math.floor(sessionTtlMs / 1_000),
        })
        return { token, user: accountOf(user) }
      },
    )
    app.post(
      '/auth/logout',
      {
        config: { access: anybody },
        schema: { summary: 'Sign out', tags: ['auth'], response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const { session } = whoIs(request)
        if (session !== null) await closeSession(deps.db, session)
        reply.clearCookie(sessionCookie, { path: '/' })
        return reply.code(204).send(null)
      },
    )
    app.get(
      '/auth/me',
      {
        config: { access: anybody },
        schema: { summary: 'Who am I', tags: ['auth'], response: { 200: Account } },
      },
      async (request) => {
        const { account } = whoIs(request)
        if (account === null) throw new CodedError('not-found', 'a key has no account')
        return account
      },
    )
    passwordRoute(app, deps)
  }

function passwordRoute(app: Parameters<FastifyPluginAsyncTypebox>[0], deps: Deps): void {
  app.post(
    '/auth/password',
    {
      config: { access: anybody },
      schema: {
        summary: 'Change my password; ends my other sessions',
        tags: ['auth'],
        body: PasswordBody,
        response: { 200: Account },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { account, session } = principal
      if (account === null || session === null) {
        throw new CodedError('auth.forbidden', 'a key has no password')
      }
      const right = await deps.limiter.attempt(account.username, request.ip, async () => {
        const user = await findUser(deps.db, account.id)
        return deps.passwords.verify(request.body.old, user?.password_hash ?? null)
      })
      if (right === null) throw new CodedError('auth.rate-limited', 'too many wrong passwords')
      if (!right) throw new CodedError('auth.failed', 'the old password is wrong')
      if (request.body.new === request.body.old) {
        throw new CodedError('request.invalid', 'body: the new password is the old one')
      }
      const hash = await deps.passwords.hash(request.body.new)
      await deps.transact(async (trx) => {
        await trx
          .updateTable('users')
          .set({ password_hash: hash, must_change_password: 0, updated_at: deps.clock() })
          .where('id', '=', account.id)
          .execute()
        await closeOtherSessions(trx, account.id, session)
      })
      if (principal.mustChangePassword) await forgetFirstPassword(deps.home)
      return { ...account, mustChangePassword: false }
    },
  )
}
