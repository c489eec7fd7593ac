import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { VehicleCreate } from '../../contracts/http/access.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf, withForce } from '../../contracts/http/system.ts'
import { RosterVehicle, vehicleLists } from '../../contracts/roster.ts'
import {
  createVehicle,
  findVehicle,
  listVehicles,
  patchVehicle,
  removeVehicle,
} from '../passes/vehicles.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { keepers } from './devices.ts'
import { ByPerson } from './people.ts'
import { communityFor } from './tickets.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'random' | 'push' | 'community'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const readers = { access: { roles: ['admin', 'staff', 'grid'] } } as const
const Answer = withForce(RosterVehicle)

/** `/vehicles`: number plates that barriers know. */
export const vehicleRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    readRoutes(app, deps)
    writeRoutes(app, deps)
  }

function readRoutes(app: App, deps: Deps): void {
  app.get(
    '/vehicles',
    {
      config: readers,
      schema: {
        summary: 'Number plates that barriers know',
        tags: ['people'],
        querystring: Type.Object({
          ...PageQuery.properties,
          ...CommunityQuery.properties,
          plate: Type.Optional(Type.String({ maxLength: 16 })),
          list: Type.Optional(Type.Enum(vehicleLists)),
        }),
        response: { 200: listOf(RosterVehicle) },
      },
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query
      return listVehicles(deps.db, { limit, ...filter }, whoIs(request))
    },
  )
  app.get(
    '/vehicles/:id',
    {
      config: readers,
      schema: {
        summary: 'One number plate',
        tags: ['people'],
        params: ByPerson,
        response: { 200: RosterVehicle },
      },
    },
    async (request) => {
      const { id } = request.params
      const vehicle = await findVehicle(deps.db, id, whoIs(request))
      if (vehicle === null) throw new CodedError('not-found', `vehicle ${id}`)
      return vehicle
    },
  )
}

function writeRoutes(app: App, deps: Deps): void {
  app.post(
    '/vehicles',
    {
      config: keepers,
      schema: {
        summary: 'Add a number plate: with or without the dot, any case',
        tags: ['people'],
        body: VehicleCreate,
        response: { 201: Answer },
      },
    },
    async (request, reply) => {
      const community = communityFor(whoIs(request), request.body.community, deps.community)
      const { vehicle, change } = await deps.transact((trx) =>
        createVehicle(trx, deps, request.body, community, deps.clock()),
      )
      return reply.code(201).send({ ...vehicle, inForce: await deps.push(change) })
    },
  )
  app.patch(
    '/vehicles/:id',
    {
      config: keepers,
      schema: {
        summary: 'Change a number plate, its holder, list or time',
        tags: ['people'],
        params: ByPerson,
        body: Type.Partial(Type.Omit(VehicleCreate, ['community'])),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { id } = request.params
      const outcome = await deps.transact((trx) =>
        patchVehicle(trx, id, request.body, whoIs(request)),
      )
      if (outcome === null) throw new CodedError('not-found', `vehicle ${id}`)
      return { ...outcome.vehicle, inForce: await deps.push(outcome.change) }
    },
  )
  app.delete(
    '/vehicles/:id',
    {
      config: keepers,
      schema: {
        summary: 'Take a number plate away',
        tags: ['people'],
        params: ByPerson,
        response: { 200: Type.Object({ inForce: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { id } = request.params
      const change = await deps.transact((trx) => removeVehicle(trx, id, whoIs(request)))
      if (change === null) throw new CodedError('not-found', `vehicle ${id}`)
      return { inForce: await deps.push(change) }
    },
  )
}
