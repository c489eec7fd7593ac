import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import {
  CardCreate,
  HouseholdCreate,
  HouseholdItem,
  ResidentCreate,
  ResidentItem,
} from '../../contracts/http/people.ts'
import { listOf, withForce } from '../../contracts/http/system.ts'
import { RosterCard } from '../../contracts/roster.ts'
import { actorOf, seesCommunity } from '../auth/principal.ts'
import { checkBirthDate } from '../consents/age.ts'
import { carryOut, dropUnguarded } from '../faces/forget.ts'
import { createCard, listCards, removeCard } from '../people/cards.ts'
import { listHouseholds, listResidents, readResident } from '../people/list.ts'
import {
  createHousehold,
  createResident,
  findResident,
  patchResident,
  residentItem,
} from '../people/residents.ts'
import { passKeyOf } from '../passes/pass-key.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { keepers } from './devices.ts'
import { communityFor } from './tickets.ts'

export type PeopleRouteDeps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'push' | 'community' | 'tickets' | 'removals' | 'passKey'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

export const carers = {
  access: { roles: ['admin', 'staff', 'grid', 'supervisor'] },
} as const
export const ByPerson = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) })
const Page = Type.Object({ ...PageQuery.properties, ...CommunityQuery.properties })
const Card = Type.Omit(RosterCard, ['codeHashHex'])
const cardItem = ({ codeHashHex: _hash, ...card }: RosterCard) => card

/** `/households`, `/residents`, `/credentials`: the archives that the box must know. */
export const peopleRoutes =
  (deps: PeopleRouteDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    householdRoutes(app, deps)
    residentReadRoutes(app, deps)
    residentRoutes(app, deps)
    cardRoutes(app, deps)
  }

function householdRoutes(app: App, deps: PeopleRouteDeps): void {
  app.get(
    '/households',
    {
      config: carers,
      schema: {
        summary: 'Homes',
        tags: ['people'],
        querystring: Page,
        response: { 200: listOf(HouseholdItem) },
      },
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query
      return listHouseholds(deps.db, { limit, ...filter }, whoIs(request))
    },
  )
  app.post(
    '/households',
    {
      config: keepers,
      schema: {
        summary: 'Add a home',
        tags: ['people'],
        body: HouseholdCreate,
        response: { 201: withForce(HouseholdItem) },
      },
    },
    async (request, reply) => {
      const community = communityFor(whoIs(request), request.body.community, deps.community)
      const { household, change } = await deps.transact((trx) =>
        createHousehold(trx, deps, request.body, community, deps.clock()),
      )
      return reply.code(201).send({ ...household, inForce: await deps.push(change) })
    },
  )
}

function residentReadRoutes(app: App, deps: PeopleRouteDeps): void {
  app.get(
    '/residents',
    {
      config: carers,
      schema: {
        summary: 'Residents; names masked for roles that only read figures, telephone for all',
        tags: ['people'],
        querystring: Page,
        response: { 200: listOf(ResidentItem) },
      },
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query
      return listResidents(deps.db, { limit, ...filter }, whoIs(request))
    },
  )
  app.get(
    '/residents/:id',
    {
      config: carers,
      schema: {
        summary: 'One resident, masked as in the list',
        tags: ['people'],
        params: ByPerson,
        response: { 200: ResidentItem },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const item = await readResident(deps.db, request.params.id, principal)
      if (item === null) throw new CodedError('not-found', `resident ${request.params.id}`)
      return item
    },
  )
}

function residentRoutes(app: App, deps: PeopleRouteDeps): void {
  const Answer = withForce(ResidentItem)
  app.post(
    '/residents',
    {
      config: keepers,
      schema: {
        summary: 'Add a resident; with `watch`, Linli looks after them',
        tags: ['people'],
        body: ResidentCreate,
        response: { 201: Answer },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const community = communityFor(principal, request.body.community, deps.community)
      checkBirth(deps, request.body.birthDate)
      const { resident, row, change } = await deps.transact((trx) =>
        createResident(trx, deps, request.body, community, deps.clock()),
      )
      const item = residentItem(resident, row, principal.role)
      return reply.code(201).send({ ...item, inForce: await deps.push(change) })
    },
  )
  app.patch(
    '/residents/:id',
    {
      config: keepers,
      schema: {
        summary: 'Change a resident; `watch: null` ends the care',
        tags: ['people'],
        params: ByPerson,
        body: Type.Partial(Type.Omit(ResidentCreate, ['id', 'community'])),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { id } = request.params
      checkBirth(deps, request.body.birthDate)
      const now = deps.clock()
      const by = { actor: actorOf(principal).id, now, today: deps.tickets.dayOf(now) }
      const { resident, row, change, goings } = await deps.transact(async (trx) => {
        const before = await findResident(trx, id)
        if (before === null || !seesCommunity(principal, before.community)) {
          throw new CodedError('not-found', `resident ${id}`)
        }
        const patched = await patchResident(trx, before, request.body, now)
        return { ...patched, goings: await dropUnguarded(trx, patched.row, by) }
      })
      const item = residentItem(resident, row, principal.role)
      const inForce = await deps.push(change)
      for (const going of goings) await carryOut(deps, going)
      return { ...item, inForce }
    },
  )
}

function checkBirth(deps: PeopleRouteDeps, birthDate: string | null | undefined): void {
  if (typeof birthDate === 'string') checkBirthDate(birthDate, deps.tickets.dayOf(deps.clock()))
}

function cardRoutes(app: App, deps: PeopleRouteDeps): void {
  app.get(
    '/credentials',
    {
      config: keepers,
      schema: {
        summary: 'Cards and PINs, without their codes',
        tags: ['people'],
        querystring: Page,
        response: { 200: listOf(Card) },
      },
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query
      const page = await listCards(deps.db, { limit, ...filter }, whoIs(request))
      return { items: page.items.map(cardItem), next: page.next }
    },
  )
  app.post(
    '/credentials',
    {
      config: keepers,
      schema: {
        summary: 'Add a card or PIN; the code goes in and never comes out',
        tags: ['people'],
        body: CardCreate,
        response: { 201: withForce(Card) },
      },
    },
    async (request, reply) => {
      const community = communityFor(whoIs(request), request.body.community, deps.community)
      const withKey = { ...deps, passKey: passKeyOf(deps) }
      const { card, change } = await deps.transact((trx) =>
        createCard(trx, withKey, request.body, community, deps.clock()),
      )
      return reply.code(201).send({ ...cardItem(card), inForce: await deps.push(change) })
    },
  )
  app.delete(
    '/credentials/:id',
    {
      config: keepers,
      schema: {
        summary: 'Take a card away',
        tags: ['people'],
        params: ByPerson,
        response: { 200: Type.Object({ inForce: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { id } = request.params
      const change = await deps.transact((trx) => removeCard(trx, id, whoIs(request)))
      if (change === null) throw new CodedError('not-found', `credential ${id}`)
      return { inForce: await deps.push(change) }
    },
  )
}
