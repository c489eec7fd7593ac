import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { CodedError } from '../../contracts/errors.ts'
import { CallAnswer, CallItem, CheckinAnswer, CheckinItem } from '../../contracts/http/care.ts'
import { CallCreate, CheckinCreate } from '../../contracts/http/people.ts'
import { listOf } from '../../contracts/http/system.ts'
import { actorOf } from '../auth/principal.ts'
import {
  callOf,
  checkinOf,
  listCareSigns,
  recordCall,
  recordCheckin,
} from '../people/care-signs.ts'
import { refuseDeceased, type ResidentRow } from '../people/residents.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { residentFor, visitors } from './care.ts'
import { ByPerson } from './people.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'random' | 'visits'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const themselves = { access: { roles: ['admin', 'staff', 'grid', 'resident'] } } as const
const shownMax = 100

/** `/care/{id}/checkins`, `/care/{id}/calls`: what people say of somebody, or of themselves. */
export const careSignRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    checkinRoutes(app, deps)
    callRoutes(app, deps)
  }

/** A resident speaks for nobody but themself; of others they do not learn that they are in the archive. */
function refuseOthers(request: FastifyRequest, resident: ResidentRow): void {
  const { role, account } = whoIs(request)
  if (role !== 'resident' || account?.resident === resident.id) return
  throw new CodedError('not-found', `resident ${resident.id}`)
}

function checkinRoutes(app: App, deps: Deps): void {
  app.get(
    '/care/:id/checkins',
    {
      config: visitors,
      schema: {
        summary: 'The newest 100 check-ins',
        tags: ['care'],
        params: ByPerson,
        response: { 200: listOf(CheckinItem) },
      },
    },
    async (request) => {
      const { id } = await residentFor(request, deps.db, request.params.id)
      const rows = await listCareSigns(deps.db, id, 'checkin', shownMax)
      return { items: rows.map(checkinOf), next: null }
    },
  )
  app.post(
    '/care/:id/checkins',
    {
      config: themselves,
      schema: {
        summary: 'All is well: a sign of life, said by the resident or by staff for them',
        description: 'An account of the role `resident` may do so for its own resident only.',
        tags: ['care'],
        params: ByPerson,
        body: CheckinCreate,
        response: { 201: CheckinAnswer },
      },
    },
    async (request, reply) => {
      const checkin = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, request.params.id)
        refuseOthers(request, resident)
        refuseDeceased(resident)
        const actor = actorOf(whoIs(request))
        return recordCheckin(trx, deps, resident, request.body, actor, deps.clock())
      })
      return reply.code(201).send({ ...checkin, inForce: await deps.visits.forward(checkin.id) })
    },
  )
}

function callRoutes(app: App, deps: Deps): void {
  app.get(
    '/care/:id/calls',
    {
      config: visitors,
      schema: {
        summary: 'The newest 100 calls',
        tags: ['care'],
        params: ByPerson,
        response: { 200: listOf(CallItem) },
      },
    },
    async (request) => {
      const { id } = await residentFor(request, deps.db, request.params.id)
      const rows = await listCareSigns(deps.db, id, 'call', shownMax)
      return { items: rows.map(callOf), next: null }
    },
  )
  app.post(
    '/care/:id/calls',
    {
      config: visitors,
      schema: {
        summary: 'Somebody called; only a call that the person took themself is a sign of life',
        tags: ['care'],
        params: ByPerson,
        body: CallCreate,
        response: { 201: CallAnswer },
      },
    },
    async (request, reply) => {
      const call = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, request.params.id)
        refuseDeceased(resident)
        return recordCall(trx, deps, resident, request.body, actorOf(whoIs(request)), deps.clock())
      })
      return reply.code(201).send({ ...call, inForce: await deps.visits.forward(call.id) })
    },
  )
}
