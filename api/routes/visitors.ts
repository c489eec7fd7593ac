import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import QRCode from 'qrcode'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { VisitorCreate, VisitorCreated, VisitorItem } from '../../contracts/http/access.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { signVisitorCode } from '../../contracts/visitor-code.ts'
import { actorOf } from '../auth/principal.ts'
import {
  type VisitorRow,
  createVisitor,
  findVisitor,
  isSpent,
  listVisitors,
  revokeVisitor,
  visitorItem,
} from '../passes/visitors.ts'
import { passKeyOf } from '../passes/pass-key.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { keepers } from './devices.ts'
import { ByPerson } from './people.ts'
import { communityFor } from './tickets.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'push' | 'community' | 'passKey' | 'logAccess'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const Page = Type.Object({ ...PageQuery.properties, ...CommunityQuery.properties })

/** `/visitors`: visits that somebody announced, with a PIN and a signed QR code. */
export const visitorRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    listRoute(app, deps)
    inviteRoute(app, deps)
    oneRoutes(app, deps)
  }

function listRoute(app: App, deps: Deps): void {
  app.get(
    '/visitors',
    {
      config: keepers,
      schema: {
        summary: 'Visits that hold now or later, without their codes',
        tags: ['people'],
        querystring: Page,
        response: { 200: listOf(VisitorItem) },
      },
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query
      return listVisitors(deps.db, { limit, ...filter, now: deps.clock() }, whoIs(request))
    },
  )
}

function inviteRoute(app: App, deps: Deps): void {
  app.post(
    '/visitors',
    {
      config: keepers,
      schema: {
        summary: 'Announce a visit; its PIN and QR text are shown once',
        tags: ['people'],
        body: VisitorCreate,
        response: { 201: VisitorCreated },
      },
    },
    async (request, reply) => {
      const passKey = passKeyOf(deps)
      const principal = whoIs(request)
      const community = communityFor(principal, request.body.community, deps.community)
      const given = { community, by: actorOf(principal), now: deps.clock() }
      const { row, pin, change } = await deps.transact((trx) =>
        createVisitor(trx, { ...deps, passKey }, request.body, given),
      )
      const qr = signVisitorCode(passKey, community, row.id)
      const inForce = await deps.push(change)
      return reply.code(201).send({ ...visitorItem(row), pin, qr, inForce })
    },
  )
}

function oneRoutes(app: App, deps: Deps): void {
  app.get(
    '/visitors/:id',
    {
      config: keepers,
      schema: {
        summary: 'One visit, also one that is over',
        tags: ['people'],
        params: ByPerson,
        response: { 200: VisitorItem },
      },
    },
    async (request) => visitorItem(await visitFor(request, deps, request.params.id)),
  )
  codeRoutes(app, deps)
}

async function visitFor(request: FastifyRequest, deps: Deps, id: string): Promise<VisitorRow> {
  const row = await findVisitor(deps.db, id, whoIs(request))
  if (row === null) throw new CodedError('not-found', `visitor ${id}`)
  return row
}

function codeRoutes(app: App, deps: Deps): void {
  app.delete(
    '/visitors/:id',
    {
      config: keepers,
      schema: {
        summary: 'Revoke a visit: its codes open nothing any more',
        tags: ['people'],
        params: ByPerson,
        response: { 200: Type.Object({ inForce: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { id } = request.params
      const change = await deps.transact((trx) =>
        revokeVisitor(trx, id, whoIs(request), deps.clock()),
      )
      if (change === null) throw new CodedError('not-found', `visitor ${id}`)
      return { inForce: await deps.push(change) }
    },
  )
  app.get(
    '/visitors/:id/qr.png',
    {
      config: keepers,
      schema: {
        summary: 'The QR code of a visit that still holds',
        tags: ['people'],
        params: ByPerson,
        response: { 200: Type.Any({ description: 'image/png' }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const row = await visitFor(request, deps, id)
      if (isSpent(row, deps.clock())) throw new CodedError('visitor.code-spent', `visitor ${id}`)
      const text = signVisitorCode(passKeyOf(deps), row.community, row.id)
      await deps.logAccess(whoIs(request), {
        what: 'visitor.qr',
        target: id,
        community: row.community,
        reason: null,
      })
      const png = await QRCode.toBuffer(text, { type: 'png', width: 512, margin: 4 })
      return reply.type('image/png').send(png)
    },
  )
}
