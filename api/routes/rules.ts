import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { RulesCheck, RulesInForce, RulesText } from '../../contracts/rules.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { keepers } from './devices.ts'

/** They are of the whole box, not of a community. */
const setters = { access: { roles: ['admin'] } } as const

type Deps = Pick<Services, 'gateway' | 'community' | 'logAccess'>

/** `/rules`: what the box judges by. It keeps them; here stands who may change them, and who did. */
export const rulesRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { gateway } = deps
    app.get(
      '/rules',
      {
        config: keepers,
        schema: {
          summary: 'The rules in force, where they came from, and what is wrong with the file',
          tags: ['rules'],
          response: { 200: RulesInForce },
        },
      },
      () => gateway.rules(),
    )
    app.put(
      '/rules',
      {
        config: setters,
        schema: {
          summary: 'Other rules, in force at once and after restarts',
          description:
            'Broken ones change nothing: 422 `rules.invalid` with `lines`. What is pending or open goes on where its rule is ' +
            'still there. They hold until `DELETE /rules`, or until the file that the configuration names is edited.',
          tags: ['rules'],
          body: RulesText,
          response: { 200: RulesInForce },
        },
      },
      async (request) => {
        const answer = await gateway.setRules(request.body.text, whoIs(request).name)
        await log(deps, request, 'rules.set', answer.version)
        return answer
      },
    )
    app.delete(
      '/rules',
      {
        config: setters,
        schema: {
          summary: 'Back to the rules of the configuration',
          tags: ['rules'],
          response: { 200: RulesInForce },
        },
      },
      async (request) => {
        const answer = await gateway.resetRules(whoIs(request).name)
        await log(deps, request, 'rules.reset', answer.version)
        return answer
      },
    )
    app.post(
      '/rules/check',
      {
        config: keepers,
        schema: {
          summary: 'Whether a text would do as rules, and which lines are wrong',
          tags: ['rules'],
          body: RulesText,
          response: { 200: RulesCheck },
        },
      },
      (request) => gateway.checkRules(request.body.text),
    )
  }

const log = (
  { community, logAccess }: Deps,
  request: Parameters<typeof whoIs>[0],
  what: string,
  target: string,
): Promise<void> => logAccess(whoIs(request), { what, target, community, reason: null, each: true })
