import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { LadderAnswerBody, LadderItem, LadderList } from '../../contracts/http/ladder.ts'
import { type Principal, actorOf, seesCommunity } from '../auth/principal.ts'
import { ladderItem } from '../care/ladder-item.ts'
import { receiptsOf } from '../care/ladder-receipts.ts'
import { type Run, runOf } from '../care/ladder-rows.ts'
import type { Db, Trx } from '../db/open.ts'
import { maskName, seesPeople } from '../people/mask.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { findTicket } from '../tickets/store.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'ladders'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const readers = { access: { roles: ['admin', 'staff', 'grid', 'unit', 'supervisor'] } } as const
const answerers = { access: { roles: ['admin', 'staff', 'grid', 'unit'] } } as const
export const ByTicket = Type.Object({ id: Type.String({ maxLength: 128 }) })

/** `/ladders`, `/tickets/{id}/ladder`: who is told, and what came of it. */
export const ladderRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    listRoute(app, deps)
    readRoute(app, deps)
    answerRoute(app, deps)
  }

function listRoute(app: App, deps: Deps): void {
  app.get(
    '/ladders',
    {
      config: readers,
      schema: {
        summary: 'Who is told of what, in which order, and how long an answer is waited for',
        description: 'As in config/ladders.yaml; those of a community come before those of all.',
        tags: ['tickets'],
        response: { 200: LadderList },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { ladders, communities } = deps.ladders.book.file
      const own = communities
        .filter(({ community }) => seesCommunity(principal, community))
        .flatMap(({ community, ladders: theirs }) =>
          theirs.map((ladder) => ({ ...ladder, community })),
        )
      const common = ladders.map((ladder) => ({ ...ladder, community: null }))
      return { items: [...own, ...common], next: null }
    },
  )
}

function readRoute(app: App, deps: Deps): void {
  app.get(
    '/tickets/:id/ladder',
    {
      config: readers,
      schema: {
        summary: 'The ladder of a ticket: each step with its timer, its answer and its receipts',
        description: '204 where nobody is called for this ticket, or nobody yet.',
        tags: ['tickets'],
        params: ByTicket,
        response: { 200: LadderItem, 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const ticket = await ticketFor(deps.db, request, request.params.id)
      const run = await runOf(deps.db, ticket.id)
      return run === null ? reply.code(204).send(null) : shown(deps.db, run, principal)
    },
  )
}

function answerRoute(app: App, deps: Deps): void {
  app.post(
    '/tickets/:id/ladder/answer',
    {
      config: answerers,
      schema: {
        summary: 'What came of a call: I go, they are fine, nobody answers, not reached',
        description:
          '`going` stops the ladder, `fine` too where words are enough; the others let the next step ' +
          'begin at once. 409 `ladder.over` when the matter is settled.',
        tags: ['tickets'],
        params: ByTicket,
        body: LadderAnswerBody,
        response: { 200: LadderItem },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { step = null, answer, note = null } = request.body
      const run = await deps.transact(async (trx) => {
        const ticket = await ticketFor(trx, request, request.params.id)
        await runFor(trx, ticket)
        const by = actorOf(principal)
        return deps.ladders.answer(trx, ticket, { step, answer, by, note }, deps.clock())
      })
      return shown(deps.db, run, principal)
    },
  )
}

export async function ticketFor(
  db: Db | Trx,
  request: FastifyRequest,
  id: string,
): Promise<TicketRow> {
  const row = await findTicket(db, id, whoIs(request))
  if (row === null) throw new CodedError('not-found', `ticket ${id}`)
  return row
}

async function runFor(db: Db | Trx, ticket: TicketRow): Promise<Run> {
  const run = await runOf(db, ticket.id)
  if (run === null) throw new CodedError('not-found', `no ladder on ticket ${ticket.id}`)
  return run
}

const isPrivate = (kind: string): boolean => kind === 'contact' || kind === 'resident'

/** Names of relatives are for those who look after people. */
async function shown(db: Db, run: Run, principal: Principal): Promise<LadderItem> {
  const item = ladderItem(run, await receiptsOf(db, run))
  if (seesPeople(principal.role)) return item
  return {
    ...item,
    steps: item.steps.map((step) => {
      if (step.who !== 'family' && step.who !== 'resident') return step
      const { zh, en } = step.name
      return {
        ...step,
        name: { zh: zh.split('：')[0] ?? zh, en: en.split(':')[0] ?? en },
        note: null,
        by: step.by === null ? null : { ...step.by, name: maskName(step.by.name) },
        told: step.told.map((one) =>
          isPrivate(one.kind) ? { ...one, name: maskName(one.name) } : one,
        ),
        receipts: step.receipts.map((one) => ({ ...one, name: maskName(one.name) })),
      }
    }),
  }
}
