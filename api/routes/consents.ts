import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { ConsentCreate, ConsentItem, DeletionReceipt } from '../../contracts/http/access.ts'
import { PageQuery, ShortPageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { actorOf, seesCommunity } from '../auth/principal.ts'
import { consentOf, consentsOf, giveConsent } from '../consents/consents.ts'
import { withdrawConsent } from '../faces/forget.ts'
import { listReceipts } from '../faces/receipts.ts'
import type { Db } from '../db/open.ts'
import { sliceOf } from '../pages.ts'
import { type ResidentRow, findResident } from '../people/residents.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { keepers } from './devices.ts'
import { ByPerson } from './people.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'push' | 'logAccess' | 'removals' | 'tickets'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const auditors = { access: { roles: ['admin', 'supervisor'] } } as const
const ByConsent = Type.Object({
  ...ByPerson.properties,
  consent: Type.String({ minLength: 1, maxLength: 128 }),
})

/** The resident if they are in an area of the person; a stranger's does not exist. */
export async function residentFor(
  request: FastifyRequest,
  deps: { readonly db: Db },
  id: string,
): Promise<ResidentRow> {
  const resident = await findResident(deps.db, id)
  if (resident === null || !seesCommunity(whoIs(request), resident.community)) {
    throw new CodedError('not-found', `resident ${id}`)
  }
  return resident
}

/** `/residents/{id}/consents`: what somebody agreed to, and its end (controls C1, C6). */
export const consentRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    listRoutes(app, deps)
    giveRoute(app, deps)
    withdrawRoutes(app, deps)
  }

function listRoutes(app: App, deps: Deps): void {
  app.get(
    '/residents/:id/consents',
    {
      config: keepers,
      schema: {
        summary: 'Consents of a resident, the newest first, the withdrawn too',
        tags: ['people'],
        params: ByPerson,
        querystring: ShortPageQuery,
        response: { 200: listOf(ConsentItem) },
      },
    },
    async (request) => {
      const resident = await residentFor(request, deps, request.params.id)
      const rows = await consentsOf(deps.db, resident.id)
      return sliceOf(rows.map(consentOf), request.query)
    },
  )
  app.get(
    '/deletion-receipts',
    {
      config: auditors,
      schema: {
        summary: 'What was deleted, in the order of the hash chain',
        description:
          'sha256 of the JSON list of: the sha256 before it ("" at first), consent, subjectSha256, ' +
          'templates, pictures, at, actor, inForce.',
        tags: ['people'],
        querystring: PageQuery,
        response: { 200: listOf(DeletionReceipt) },
      },
    },
    async (request) => {
      const { limit = 50, cursor } = request.query
      return listReceipts(deps.db, { limit, cursor })
    },
  )
}

function giveRoute(app: App, deps: Deps): void {
  app.post(
    '/residents/:id/consents',
    {
      config: keepers,
      schema: {
        summary: 'Record a consent; below the age of 14 a guardian gives it',
        tags: ['people'],
        params: ByPerson,
        body: ConsentCreate,
        response: { 201: ConsentItem },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const resident = await residentFor(request, deps, request.params.id)
      const now = deps.clock()
      const given = { by: actorOf(principal), now, today: deps.tickets.dayOf(now) }
      const consent = await deps.transact((trx) =>
        giveConsent(trx, deps, resident, request.body, given),
      )
      return reply.code(201).send(consent)
    },
  )
}

function withdrawRoutes(app: App, deps: Deps): void {
  const options = {
    config: keepers,
    schema: {
      summary: 'Withdraw a consent: its faces are deleted at once; cards and PINs stay',
      tags: ['people'],
      params: ByConsent,
      response: { 200: DeletionReceipt },
    },
  }
  const withdraw = async (request: FastifyRequest, id: string, consent: string) => {
    const principal = whoIs(request)
    const resident = await residentFor(request, deps, id)
    await deps.logAccess(principal, {
      what: 'consent.withdraw',
      target: consent,
      community: resident.community,
      reason: null,
      each: true,
    })
    const receipt = await withdrawConsent(deps, resident, consent, actorOf(principal))
    if (receipt === null) throw new CodedError('not-found', `consent ${consent}`)
    return receipt
  }
  app.delete('/residents/:id/consents/:consent', options, (request) =>
    withdraw(request, request.params.id, request.params.consent),
  )
  app.post('/residents/:id/consents/:consent/withdraw', options, (request) =>
    withdraw(request, request.params.id, request.params.consent),
  )
}
