import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { DeathItem } from '../../contracts/http/care.ts'
import { DeathCreate } from '../../contracts/http/people.ts'
import { withForce } from '../../contracts/http/system.ts'
import { actorOf } from '../auth/principal.ts'
import { carryOut } from '../faces/forget.ts'
import type { ClosingDeps } from '../people/close-care-tickets.ts'
import { deathOf, findDeath, recordDeath, undoDeath } from '../people/death.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { residentFor } from './care.ts'
import { keepers } from './devices.ts'
import { ByPerson, carers, type PeopleRouteDeps } from './people.ts'

type Deps = PeopleRouteDeps & Pick<Services, 'ladders'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

/** `/residents/{id}/death`: told once, and nobody is reminded again. */
export const deathRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    readRoute(app, deps)
    recordRoute(app, deps)
    undoRoute(app, deps)
  }

function readRoute(app: App, deps: Deps): void {
  app.get(
    '/residents/:id/death',
    {
      config: carers,
      schema: {
        summary: 'When somebody died, who recorded it, and until when it can be undone',
        tags: ['people'],
        params: ByPerson,
        response: { 200: DeathItem },
      },
    },
    async (request) => {
      const { id } = await residentFor(request, deps.db, request.params.id)
      const death = await findDeath(deps.db, id)
      if (death === null) throw new CodedError('not-found', `death of ${id}`)
      return deathOf(death, deps.clock())
    },
  )
}

function recordRoute(app: App, deps: Deps): void {
  app.post(
    '/residents/:id/death',
    {
      config: keepers,
      schema: {
        summary: 'Record a death: watch, absences, face, cards and open care tickets end at once',
        tags: ['people'],
        params: ByPerson,
        body: DeathCreate,
        response: { 201: withForce(DeathItem) },
      },
    },
    async (request, reply) => {
      const actor = actorOf(whoIs(request))
      const now = deps.clock()
      const { ladders, random } = deps
      const closing: ClosingDeps = {
        random,
        personGone: (trx, id, why, at) => ladders.personGone(trx, id, why, at),
      }
      const { death, changes, goings } = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, request.params.id)
        return recordDeath(trx, closing, resident, request.body, actor, now)
      })
      const inForce: boolean[] = []
      for (const change of changes) inForce.push(await deps.push(change))
      for (const going of goings) await carryOut(deps, going)
      return reply.code(201).send({ ...death, inForce: inForce.every(Boolean) })
    },
  )
}

function undoRoute(app: App, deps: Deps): void {
  app.delete(
    '/residents/:id/death',
    {
      config: keepers,
      schema: {
        summary: 'It was a mistake: watch, cards and account come back, within three days',
        description: 'Faces do not: they must be enrolled again. Closed tickets stay closed.',
        tags: ['people'],
        params: ByPerson,
        response: { 200: Type.Object({ inForce: Type.Boolean() }) },
      },
    },
    async (request) => {
      const changes = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, request.params.id)
        return undoDeath(trx, resident, deps.clock())
      })
      if (changes === null) throw new CodedError('not-found', `death of ${request.params.id}`)
      const inForce: boolean[] = []
      for (const change of changes) inForce.push(await deps.push(change))
      return { inForce: inForce.every(Boolean) }
    },
  )
}
