import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { ContactCreate, ContactItem } from '../../contracts/http/ladder.ts'
import { listOf } from '../../contracts/http/system.ts'
import {
  contactItem,
  contactsOf,
  createContact,
  findContact,
  patchContact,
  removeContact,
} from '../care/contacts.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { residentFor } from './care.ts'
import { ByPerson, carers } from './people.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'random' | 'logAccess'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const writers = { access: { roles: ['admin', 'staff'] } } as const
const ByContact = Type.Object({
  ...ByPerson.properties,
  contact: Type.String({ minLength: 1, maxLength: 128 }),
})

/** `/residents/{id}/contacts`: whom the ladder calls, in this order. They never reach the box. */
export const contactRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    listRoute(app, deps)
    writeRoutes(app, deps)
  }

function listRoute(app: App, deps: Deps): void {
  app.get(
    '/residents/:id/contacts',
    {
      config: carers,
      schema: {
        summary: 'The family, in the order in which it is called; masked',
        description:
          'Whole numbers stand on the page of the person (`/care/{id}`), for who may ring.',
        tags: ['people'],
        params: ByPerson,
        response: { 200: listOf(ContactItem) },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const resident = await residentFor(request, deps.db, request.params.id)
      await deps.logAccess(principal, {
        what: 'contacts',
        target: resident.id,
        community: resident.community,
        reason: null,
      })
      const rows = await contactsOf(deps.db, resident.id)
      return { items: rows.map((row) => contactItem(row, principal.role, false)), next: null }
    },
  )
}

function writeRoutes(app: App, deps: Deps): void {
  app.post(
    '/residents/:id/contacts',
    {
      config: writers,
      schema: {
        summary: 'Add a relative or neighbour whom the ladder may call',
        tags: ['people'],
        params: ByPerson,
        body: ContactCreate,
        response: { 201: ContactItem },
      },
    },
    async (request, reply) => {
      const row = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, request.params.id)
        return createContact(trx, deps, resident, request.body, deps.clock())
      })
      return reply.code(201).send(contactItem(row, whoIs(request).role, false))
    },
  )
  app.patch(
    '/residents/:id/contacts/:contact',
    {
      config: writers,
      schema: {
        summary: 'Change a contact or its place in the order',
        tags: ['people'],
        params: ByContact,
        body: Type.Partial(ContactCreate),
        response: { 200: ContactItem },
      },
    },
    async (request) => {
      const { id, contact } = request.params
      const row = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, id)
        const before = await findContact(trx, resident.id, contact)
        if (before === null) throw new CodedError('not-found', `contact ${contact}`)
        return patchContact(trx, before, request.body, deps.clock())
      })
      return contactItem(row, whoIs(request).role, false)
    },
  )
  app.delete(
    '/residents/:id/contacts/:contact',
    {
      config: writers,
      schema: {
        summary: 'Take a contact away',
        tags: ['people'],
        params: ByContact,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id, contact } = request.params
      const gone = await deps.transact(async (trx) => {
        const resident = await residentFor(request, trx, id)
        return removeContact(trx, resident.id, contact)
      })
      if (!gone) throw new CodedError('not-found', `contact ${contact}`)
      return reply.code(204).send(null)
    },
  )
}
