import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { roles } from '../../contracts/http/auth.ts'
import { ShortPageQuery } from '../../contracts/http/lists.ts'
import {
  Post,
  PostCreate,
  Unit,
  UnitById,
  UnitCreate,
  UnitPatch,
} from '../../contracts/http/org.ts'
import { Category, listOf } from '../../contracts/http/system.ts'
import type { Principal } from '../auth/principal.ts'
import { endPost, givePost, postsOf } from '../org/posts.ts'
import { communitiesOf } from '../org/tree.ts'
import { addUnit, changeUnit, endUnit } from '../org/units.ts'
import { sliceOf } from '../pages.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'org' | 'categories' | 'community' | 'logAccess'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const everybody = { access: { roles, scopes: ['read', 'intake', 'open311'] } } as const
const admin = { access: { roles: ['admin'] } } as const
const desk = { access: { roles: ['admin', 'staff', 'supervisor'] } } as const
const PostById = Type.Object({ ...UnitById.properties, post: Type.String({ maxLength: 128 }) })

/** Whether somebody has to do with a unit: it lies in one of their communities, or one of them in it. */
export const knowsUnit = (deps: Pick<Deps, 'org'>, principal: Principal, unit: string): boolean =>
  principal.areas === null ||
  communitiesOf(deps.org.units, unit).some((community) => principal.areas?.includes(community))

/** `/org`, `/categories`: units, who holds which post in them, the tree of categories. */
export const orgRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/categories',
      {
        config: everybody,
        schema: {
          summary: 'The category tree, flat',
          tags: ['org'],
          querystring: ShortPageQuery,
          response: { 200: listOf(Category) },
        },
      },
      async (request) => sliceOf(deps.categories, request.query),
    )
    app.get(
      '/org',
      {
        config: everybody,
        schema: {
          summary: 'Units: district, street, community, grid, department, contractor',
          tags: ['org'],
          querystring: ShortPageQuery,
          response: { 200: listOf(Unit) },
        },
      },
      async (request) => sliceOf(deps.org.units, request.query),
    )
    unitRoutes(app, deps)
    postRoutes(app, deps)
  }

function unitRoutes(app: App, deps: Deps): void {
  const noted = (principal: Principal, what: string, target: string) =>
    deps.logAccess(principal, { what, target, community: deps.community, reason: null, each: true })
  app.post(
    '/org',
    {
      config: admin,
      schema: { summary: 'Add a unit', tags: ['org'], body: UnitCreate, response: { 201: Unit } },
    },
    async (request, reply) => {
      const unit = await deps.transact((trx) => addUnit(trx, request.body, deps.clock()))
      await deps.org.reload()
      await noted(whoIs(request), 'org.add', unit.id)
      return reply.code(201).send(unit)
    },
  )
  app.patch(
    '/org/:unit',
    {
      config: admin,
      schema: {
        summary: 'Rename a unit, or move it',
        tags: ['org'],
        params: UnitById,
        body: UnitPatch,
        response: { 200: Unit },
      },
    },
    async (request) => {
      const { unit: id } = request.params
      const unit = await deps.transact((trx) => changeUnit(trx, id, request.body, deps.clock()))
      await deps.org.reload()
      await noted(whoIs(request), 'org.change', id)
      return unit
    },
  )
  app.delete(
    '/org/:unit',
    {
      config: admin,
      schema: {
        summary: 'End a unit that nothing hangs on any more',
        tags: ['org'],
        params: UnitById,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { unit: id } = request.params
      await deps.transact((trx) => endUnit(trx, id, deps.clock()))
      await deps.org.reload()
      await noted(whoIs(request), 'org.end', id)
      return reply.code(204).send(null)
    },
  )
}

function mustKnow(deps: Deps, principal: Principal, unit: string): void {
  if (!deps.org.has(unit) || !knowsUnit(deps, principal, unit))
    throw new CodedError('not-found', `unit ${unit}`)
}

function postRoutes(app: App, deps: Deps): void {
  app.get(
    '/org/:unit/posts',
    {
      config: desk,
      schema: {
        summary: 'Who holds which post in a unit',
        tags: ['org'],
        params: UnitById,
        querystring: Type.Object({ history: Type.Optional(Type.Boolean()) }),
        response: { 200: Type.Object({ items: Type.Array(Post) }) },
      },
    },
    async (request) => {
      const { unit } = request.params
      mustKnow(deps, whoIs(request), unit)
      const { history = false } = request.query
      return { items: await postsOf(deps.db, unit, { now: deps.clock(), history }) }
    },
  )
  app.post(
    '/org/:unit/posts',
    {
      config: admin,
      schema: {
        summary: 'Give somebody a post',
        tags: ['org'],
        params: UnitById,
        body: PostCreate,
        response: { 201: Post },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const { unit } = request.params
      mustKnow(deps, principal, unit)
      const given = { by: principal.name, now: deps.clock() }
      const post = await deps.transact((trx) =>
        givePost(trx, deps.random, unit, request.body, given),
      )
      const { community } = deps
      const entry = { what: 'org.post', target: post.person.id, community, each: true }
      await deps.logAccess(principal, { ...entry, reason: `${unit} ${post.post}` })
      return reply.code(201).send(post)
    },
  )
  app.delete(
    '/org/:unit/posts/:post',
    {
      config: admin,
      schema: {
        summary: 'End a post now; it stays as history',
        tags: ['org'],
        params: PostById,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { unit, post: id } = request.params
      const ended = await deps.transact((trx) => endPost(trx, unit, id, deps.clock()))
      if (ended === null) throw new CodedError('not-found', `post ${id}`)
      const { community } = deps
      const entry = { what: 'org.post-end', target: ended.user, community, each: true }
      await deps.logAccess(whoIs(request), { ...entry, reason: `${unit} ${ended.post}` })
      return reply.code(204).send(null)
    },
  )
}
