import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import {
  CareForm,
  CarePerson,
  DueVisit,
  PlanBody,
  PlanItem,
} from '../../contracts/http/care-plans.ts'
import { CommunityQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { actorOf } from '../auth/principal.ts'
import { dueVisits } from '../care/due-visits.ts'
import { readPerson } from '../care/person.ts'
import { planItem, putPlan } from '../care/plans.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { residentFor } from './care.ts'
import { ByPerson, carers } from './people.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'logAccess' | 'gateway' | 'tickets' | 'care'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const visitors = { access: { roles: ['admin', 'staff', 'grid'] } } as const
const writers = { access: { roles: ['admin', 'staff'] } } as const

/** `/care/{id}`: one person in ten seconds; `/care/{id}/plan`, `/care/form`, `/care/visits/due`. */
export const carePlanRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    personRoute(app, deps)
    planRoutes(app, deps)
    visitRoutes(app, deps)
  }

function personRoute(app: App, deps: Deps): void {
  app.get(
    '/care/:id',
    {
      config: carers,
      schema: {
        summary: 'One person: state, plan, next visit, family, ladder, open tickets',
        description:
          'Telephone numbers whole for who may ring, masked for the others. `care` is null while the box ' +
          'is away (`boxAnswers: false`): an old state would be a guess. Every look is logged.',
        tags: ['care'],
        params: ByPerson,
        response: { 200: CarePerson },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const resident = await residentFor(request, deps.db, request.params.id)
      await deps.logAccess(principal, {
        what: 'care.person',
        target: resident.id,
        community: resident.community,
        reason: null,
      })
      return readPerson(deps, resident, principal)
    },
  )
}

function planRoutes(app: App, deps: Deps): void {
  app.get(
    '/care/:id/plan',
    {
      config: visitors,
      schema: {
        summary: 'The plan of care; null where there is none',
        tags: ['care'],
        params: ByPerson,
        response: { 200: Type.Object({ plan: Type.Union([PlanItem, Type.Null()]) }) },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const resident = await residentFor(request, deps.db, request.params.id)
      const { community } = resident
      const look = { what: 'care.plan', target: resident.id, community, reason: null }
      await deps.logAccess(principal, look)
      const { plan } = await readPerson(deps, resident, principal)
      return { plan }
    },
  )
  app.put(
    '/care/:id/plan',
    {
      config: writers,
      schema: {
        summary: 'Level, visits, who goes, what they must know',
        description: 'What a call sheet may show is named in `emergency`, with who agreed to it.',
        tags: ['care'],
        params: ByPerson,
        body: PlanBody,
        response: { 200: PlanItem },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const now = deps.clock()
      const row = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, request.params.id)
        const by = actorOf(principal)
        const plan = await putPlan(trx, deps.care, resident, request.body, by, now)
        await deps.care.overdue.check(trx, resident, now)
        return plan
      })
      const { community, resident: target } = row
      await deps.logAccess(principal, {
        what: 'care.plan.put',
        target,
        community,
        reason: null,
        each: true,
      })
      return planItem(deps.db, deps.care, row)
    },
  )
}

function visitRoutes(app: App, deps: Deps): void {
  app.get(
    '/care/form',
    {
      config: visitors,
      schema: {
        summary: 'Levels of care and the checklist of a visit, as in config/care-plans.yaml',
        tags: ['care'],
        response: { 200: CareForm },
      },
    },
    async () => deps.care.plans,
  )
  app.get(
    '/care/visits/due',
    {
      config: visitors,
      schema: {
        summary: 'Visits of the next days and those that are late; late ones first',
        tags: ['care'],
        querystring: Type.Object({
          ...CommunityQuery.properties,
          days: Type.Optional(Type.Integer({ minimum: 1, maximum: 7, default: 1 })),
          mine: Type.Optional(Type.Boolean({ description: 'only those that I am to make' })),
        }),
        response: { 200: listOf(DueVisit) },
      },
    },
    async (request) => {
      const { community, days = 1, mine = false } = request.query
      const ask = { community: community ?? null, days, mine, now: deps.clock() }
      return { items: await dueVisits(deps.db, deps.care, whoIs(request), ask), next: null }
    },
  )
}
