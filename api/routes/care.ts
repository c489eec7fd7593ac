import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import {
  CareListItem,
  SuspensionAnswer,
  SuspensionItem,
  VisitAnswer,
  VisitItem,
} from '../../contracts/http/care.ts'
import { CommunityQuery, ShortPageQuery } from '../../contracts/http/lists.ts'
import { SuspensionCreate, VisitCreate } from '../../contracts/http/people.ts'
import { listOf } from '../../contracts/http/system.ts'
import { sliceOf } from '../pages.ts'
import { actorOf, seesCommunity } from '../auth/principal.ts'
import type { Db, Trx } from '../db/open.ts'
import { goneWords } from '../care/gone-words.ts'
import { endSuspension, listSuspensions, listVisits, recordVisit, suspend } from '../people/care.ts'
import { checkForm } from '../care/plans.ts'
import { maskName, seesPeople } from '../people/mask.ts'
import { type ResidentRow, findResident, refuseDeceased } from '../people/residents.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { ByPerson, carers, type PeopleRouteDeps } from './people.ts'

type Deps = PeopleRouteDeps &
  Pick<Services, 'gateway' | 'visits' | 'logAccess' | 'ladders' | 'care'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
export const visitors = { access: { roles: ['admin', 'staff', 'grid'] } } as const

/** The person, if this one may know of them. */
export async function residentFor(
  request: FastifyRequest,
  db: Db | Trx,
  id: string,
): Promise<ResidentRow> {
  const row = await findResident(db, id)
  if (row === null || !seesCommunity(whoIs(request), row.community)) {
    throw new CodedError('not-found', `resident ${id}`)
  }
  return row
}

/** `/care`: the watch list as the box knows it, absences, visits. */
export const careRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    listRoute(app, deps)
    suspensionRoutes(app, deps)
    visitRoutes(app, deps)
  }

function listRoute(app: App, deps: Deps): void {
  app.get(
    '/care',
    {
      config: carers,
      schema: {
        summary: 'Who is looked after, when they were last seen, and how long somebody looked',
        description:
          '503 `gateway.unreachable` while the box is away: an old answer would be a guess.',
        tags: ['care'],
        querystring: Type.Object({ ...ShortPageQuery.properties, ...CommunityQuery.properties }),
        response: { 200: listOf(CareListItem) },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const named = request.query.community
      if (named !== undefined && !seesCommunity(principal, named)) {
        throw new CodedError('not-found', `community ${named}`)
      }
      const communities = named === undefined ? await watchedCommunities(deps.db) : [named]
      const items: CareListItem[] = []
      for (const community of communities) {
        if (!seesCommunity(principal, community)) continue
        const watched = await deps.gateway.care(community)
        // Whereabouts of people: who looks is written down before they are shown.
        await deps.logAccess(principal, { what: 'care', target: '*', community, reason: null })
        for (const item of watched) {
          const { id, name, honorific } = item.resident
          const resident = seesPeople(principal.role)
            ? item.resident
            : { id, name: maskName(name), honorific: maskName(honorific) }
          items.push({ ...item, resident, community })
        }
      }
      return sliceOf(items, request.query)
    },
  )
}

async function watchedCommunities(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('residents')
    .select('community')
    .distinct()
    .where('watch', 'is not', null)
    .orderBy('community')
    .execute()
  return rows.map(({ community }) => community)
}

function suspensionRoutes(app: App, deps: Deps): void {
  app.get(
    '/care/:id/suspensions',
    {
      config: carers,
      schema: {
        summary: 'Absences, newest first: until when, who said so, and how each ended',
        tags: ['care'],
        params: ByPerson,
        response: { 200: listOf(SuspensionItem) },
      },
    },
    async (request) => {
      const { id } = await residentFor(request, deps.db, request.params.id)
      return { items: await listSuspensions(deps.db, id, 100, deps.clock()), next: null }
    },
  )
  app.post(
    '/care/:id/suspensions',
    {
      config: visitors,
      schema: {
        summary: 'The person is away: absence does not count meanwhile',
        tags: ['care'],
        params: ByPerson,
        body: SuspensionCreate,
        response: { 201: SuspensionAnswer },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { suspension, change } = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, id)
        refuseDeceased(resident)
        const now = deps.clock()
        const { reason, from } = request.body
        if ((from ?? now) <= now) {
          await deps.ladders.personGone(trx, resident.id, goneWords(resident, reason), now)
        }
        return suspend(trx, deps, resident, request.body, actorOf(whoIs(request)), now)
      })
      return reply.code(201).send({ ...suspension, inForce: await deps.push(change) })
    },
  )
  app.delete(
    '/care/:id/suspensions/:suspension',
    {
      config: visitors,
      schema: {
        summary: 'The person is back: the absence ends now',
        tags: ['care'],
        params: Type.Object({
          ...ByPerson.properties,
          suspension: Type.String({ maxLength: 128 }),
        }),
        response: { 200: Type.Object({ inForce: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { id, suspension } = request.params
      const change = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, id)
        const how = { by: whoIs(request).name, reason: 'back' } as const
        return endSuspension(trx, resident, suspension, deps.clock(), how)
      })
      if (change === null) throw new CodedError('not-found', `suspension ${suspension}`)
      return { inForce: await deps.push(change) }
    },
  )
}

function visitRoutes(app: App, deps: Deps): void {
  app.get(
    '/care/:id/visits',
    {
      config: visitors,
      schema: {
        summary: 'The newest 100 visits',
        tags: ['care'],
        params: ByPerson,
        response: { 200: listOf(VisitItem) },
      },
    },
    async (request) => {
      const resident = await residentFor(request, deps.db, request.params.id)
      return { items: await listVisits(deps.db, resident.id, 100), next: null }
    },
  )
  app.post(
    '/care/:id/visits',
    {
      config: visitors,
      schema: {
        summary: 'Somebody was there; when they saw the person it is a sign of life',
        tags: ['care'],
        params: ByPerson,
        body: VisitCreate,
        response: { 201: VisitAnswer },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const visit = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, id)
        refuseDeceased(resident)
        const now = deps.clock()
        if (request.body.form !== undefined) checkForm(deps.care, request.body.form)
        const by = actorOf(whoIs(request))
        const made = await recordVisit(trx, deps, resident, request.body, by, now)
        await deps.care.overdue.check(trx, resident, now)
        return made
      })
      return reply.code(201).send({ ...visit, inForce: await deps.visits.forward(visit.id) })
    },
  )
}
