import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { loadRules } from '../../config/rules.ts'
import { CodedError } from '../../contracts/errors.ts'
import { TicketExplanation } from '../../contracts/explain.ts'
import { RuleBacktestAnswer, RuleBacktestBody } from '../../contracts/http/backtest.ts'
import { whoIs } from '../plugins/access.ts'
import { explainTicket } from '../replay/explain-ticket.ts'
import { withOutcomes } from '../replay/outcomes.ts'
import type { Services } from '../services.ts'
import { findTicket } from '../tickets/store.ts'
import { keepers } from './devices.ts'

const TicketId = Type.Object({ id: Type.String({ maxLength: 128 }) })
type Deps = Pick<Services, 'db' | 'gateway'>

/** Residents see what they reported; how sensors of others led to it is not theirs. */
const workers = { access: { roles: ['admin', 'staff', 'grid', 'unit', 'supervisor'] } } as const

/** Questions to what the box has recorded. */
export const replayRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/rules/backtest',
      {
        config: keepers,
        schema: {
          summary:
            'Changed rules over the recorded log: which tickets would have come, gone or moved',
          description: 'Changes nothing. One at a time; at most two minutes.',
          tags: ['rules'],
          body: RuleBacktestBody,
          response: { 200: RuleBacktestAnswer },
        },
      },
      async (request) => {
        const { areas } = whoIs(request)
        const { from, to } = request.body
        if (to < from) throw new CodedError('request.invalid', 'body: to lies before from')
        refuseBroken(request.body.rules)
        const answer = await deps.gateway.backtest({
          ...request.body,
          ...(areas === null ? {} : { communities: [...areas] }),
        })
        const items = await withOutcomes(deps.db, answer.items)
        const gone = items.filter(({ change, ticket }) => change === 'gone' && ticket !== null)
        const falseAlarmsGone = gone.filter(({ ticket }) => ticket?.isFalseAlarm === true).length
        return {
          items,
          summary: {
            ...answer.summary,
            falseAlarmsGone,
            trueAlarmsGone: gone.length - falseAlarmsGone,
          },
        }
      },
    )
    app.get(
      '/tickets/:id/explain',
      {
        config: workers,
        schema: {
          summary: 'The chain from readings to this ticket',
          tags: ['tickets'],
          params: TicketId,
          response: { 200: TicketExplanation },
        },
      },
      async (request) => {
        const row = await findTicket(deps.db, request.params.id, whoIs(request))
        if (row === null) throw new CodedError('not-found', `ticket ${request.params.id}`)
        return explainTicket(deps.db, deps.gateway, row)
      },
    )
  }

/** Whoever edits rules is told the line, whether or not the box answers. */
function refuseBroken(rules: string): void {
  try {
    loadRules(rules, 'rules')
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw new CodedError('request.invalid', error.message, error.extra)
  }
}
