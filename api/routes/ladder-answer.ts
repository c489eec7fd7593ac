import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { type LadderAnswer, ladderAnswers } from '../../contracts/ladder.ts'
import { type AnswerPage, answerPage } from '../care/answer-page.ts'
import { isOver } from '../care/ladder-machine.ts'
import { type FoundLink, findLink, tokenPattern, useUp } from '../care/ladder-links.ts'
import { runById, stateOf } from '../care/ladder-rows.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Services } from '../services.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'ladders' | 'steady' | 'linkLimiter'>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const anybody = { access: { open: true } } as const
const ByToken = Type.Object({ token: Type.String({ pattern: tokenPattern }) })
const Page = Type.Any({ description: 'a page for people, text/html' })
const noteMax = 200
const gone: AnswerPage = {
  language: 'zh',
  title: { zh: '邻里', en: 'Linli' },
  what: { zh: '', en: '' },
  state: 'gone',
}

/** `/ladder/answer/{token}`: a relative answers from the message on their telephone, without an account. */
export const ladderAnswerRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4_096 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    )
    showRoute(app, deps)
    takeRoute(app, deps)
  }

function showRoute(app: App, deps: Deps): void {
  app.get(
    '/ladder/answer/:token',
    {
      config: anybody,
      schema: {
        summary: 'The page behind the link in a message to a relative',
        tags: ['tickets'],
        params: ByToken,
        response: { 200: Page, 404: Page },
      },
    },
    async (request, reply) => {
      limited(deps, request.ip)
      const found = await lookUp(deps.db, deps, request.params.token)
      if (found === null) return send(reply.code(404), gone)
      const state = found.link.used ? 'used' : found.over ? 'over' : 'ask'
      return send(reply.code(200), pageOf(found, state))
    },
  )
}

function takeRoute(app: App, deps: Deps): void {
  app.post(
    '/ladder/answer/:token',
    {
      config: anybody,
      schema: {
        summary: 'The answer of a relative; each link answers once',
        tags: ['tickets'],
        params: ByToken,
        body: Type.Object({
          answer: Type.Enum(ladderAnswers),
          note: Type.Optional(Type.String({ maxLength: noteMax })),
        }),
        consumes: ['application/x-www-form-urlencoded'],
        response: { 200: Page, 404: Page, 409: Page },
      },
    },
    async (request, reply) => {
      limited(deps, request.ip)
      const { token } = request.params
      const { answer, note } = request.body
      const done = await deps.transact(async (trx) => {
        const found = await lookUp(trx, deps, token)
        if (found === null) return { found, state: 'gone' as const }
        if (found.link.used) return { found, state: 'used' as const }
        if (found.over) return { found, state: 'over' as const }
        return { found, state: await take(trx, deps, found, token, answer, note ?? '') }
      })
      if (done.found === null) return send(reply.code(404), gone)
      return send(reply.code(done.state === 'used' ? 409 : 200), pageOf(done.found, done.state))
    },
  )
}

async function take(
  trx: Trx,
  deps: Deps,
  found: Found,
  token: string,
  answer: LadderAnswer,
  note: string,
): Promise<'thanks' | 'used'> {
  const now = deps.clock()
  if (!(await useUp(trx, token, now))) return 'used'
  const { link, contact, ticket } = found
  await deps.ladders.answer(
    trx,
    ticket,
    {
      step: link.step,
      answer,
      by: { kind: 'contact', id: contact, name: link.person },
      note: note.trim() === '' ? null : note.trim(),
    },
    now,
  )
  return 'thanks'
}

interface Found {
  readonly link: FoundLink
  readonly ticket: TicketRow
  readonly contact: string
  readonly over: boolean
}

async function lookUp(db: Db | Trx, deps: Deps, token: string): Promise<Found | null> {
  const link = await findLink(db, deps, token)
  const run = link === null ? null : await runById(db, link.run)
  if (link === null || run === null) return null
  const ticket = await db
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', run.row.ticket)
    .executeTakeFirst()
  if (ticket === undefined) return null
  const step = run.steps.find(({ id }) => id === link.step)
  const contact = step?.target ?? run.row.resident ?? link.step
  return { link, ticket, contact, over: isOver(stateOf(run)) }
}

const pageOf = ({ link, ticket }: Found, state: AnswerPage['state']): AnswerPage => ({
  language: link.language,
  title: { zh: ticket.title, en: ticket.title_en ?? ticket.title },
  what: {
    zh: `${link.person}您好，请告诉我们：`,
    en: `Hello ${link.person}, please tell us:`,
  },
  state,
})

const send = (reply: FastifyReply, page: AnswerPage) =>
  reply.type('text/html; charset=utf-8').send(answerPage(page))

function limited(deps: Deps, address: string): void {
  if (!deps.linkLimiter.take(address)) throw new CodedError('auth.rate-limited', 'too many tries')
}
