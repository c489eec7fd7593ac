import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { ApiKeyItem, UserItem, UserPatch } from '../../contracts/http/accounts.ts'
import { Account, ApiKeyAnswer, ApiKeyCreate, UserCreate } from '../../contracts/http/auth.ts'
import { PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { createApiKey, listApiKeys, removeApiKey } from '../auth/api-keys.ts'
import type { Principal } from '../auth/principal.ts'
import { type UserRow, accountOf, insertUser, listUsers, updateUser } from '../auth/users.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'passwords' | 'random'>
const admin = { access: { roles: ['admin'] } } as const
const ById = Type.Object({ id: Type.String({ maxLength: 128 }) })

/** Staff give work to people of their own areas, so they see those; an admin sees everybody. */
const mayKnow = (principal: Principal, row: UserRow): boolean =>
  principal.areas === null ||
  (row.role !== 'resident' && accountOf(row).areas.some((area) => principal.areas?.includes(area)))

/** `/users` and `/api-keys`. */
export const accountRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/users',
      {
        config: { access: { roles: ['admin', 'staff', 'supervisor'] } },
        schema: {
          summary: 'People who can sign in',
          tags: ['users'],
          querystring: PageQuery,
          response: { 200: listOf(UserItem) },
        },
      },
      async (request) => {
        const principal = whoIs(request)
        const { limit = 50, cursor } = request.query
        const after = cursor === undefined ? '' : decodeCursor(cursor, ['string'])[0]
        const rows = await listUsers(deps.db, after, limit + 1)
        const page = pageOf(
          rows,
          limit,
          (row) => [row.username],
          (row) => row,
        )
        const items = page.items
          .filter((row) => mayKnow(principal, row))
          .map((row) => ({ ...accountOf(row), disabled: row.disabled === 1 }))
        return { items, next: page.next }
      },
    )
    changeRoutes(app, deps)
    keyRoutes(app, deps)
  }

function changeRoutes(app: Parameters<FastifyPluginAsyncTypebox>[0], deps: Deps): void {
  app.post(
    '/users',
    {
      config: admin,
      schema: {
        summary: 'Add a person',
        tags: ['users'],
        body: UserCreate,
        response: { 201: Account },
      },
    },
    async (request, reply) => {
      const { password, username, name, role, areas, unit, resident } = request.body
      const passwordHash = await deps.passwords.hash(password)
      const named = { username, name, role, areas, unit, resident }
      const user = { ...named, passwordHash, mustChangePassword: false }
      const account = await deps.transact((trx) => insertUser(trx, user, deps.clock(), deps.random))
      return reply.code(201).send(account)
    },
  )
  app.patch(
    '/users/:id',
    {
      config: admin,
      schema: {
        summary: 'Change role, areas, unit, name, password; disable',
        tags: ['users'],
        params: ById,
        body: UserPatch,
        response: { 200: Account },
      },
    },
    async (request) => {
      const { password, name, role, areas, unit, disabled, resident } = request.body
      const passwordHash = password === undefined ? undefined : await deps.passwords.hash(password)
      const change = { name, role, areas, unit, disabled, resident, passwordHash }
      return deps.transact((trx) => updateUser(trx, request.params.id, change, deps.clock()))
    },
  )
}

function keyRoutes(app: Parameters<FastifyPluginAsyncTypebox>[0], deps: Deps): void {
  app.post(
    '/api-keys',
    {
      config: admin,
      schema: {
        summary: 'Make a key for a machine; shown once',
        tags: ['users'],
        body: ApiKeyCreate,
        response: { 201: ApiKeyAnswer },
      },
    },
    async (request, reply) => {
      const { name, scopes } = request.body
      const createdBy = whoIs(request).id
      const key = { name, scopes, createdBy }
      return reply.code(201).send(await createApiKey(deps.db, key, deps.clock()))
    },
  )
  app.get(
    '/api-keys',
    {
      config: admin,
      schema: {
        summary: 'Keys, without their secret',
        tags: ['users'],
        response: { 200: listOf(ApiKeyItem) },
      },
    },
    async () => ({
      items: await listApiKeys(deps.db),
      next: null,
    }),
  )
  app.delete(
    '/api-keys/:id',
    {
      config: admin,
      schema: {
        summary: 'Revoke a key',
        tags: ['users'],
        params: ById,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      if (!(await removeApiKey(deps.db, request.params.id))) {
        throw new CodedError('not-found', `key ${request.params.id}`)
      }
      return reply.code(204).send(null)
    },
  )
}
