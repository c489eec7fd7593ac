import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { AnomalyItem, CandidateDecision } from '../../contracts/http/anomalies.ts'
import { deciders } from '../anomalies/candidate-files.ts'
import { anomalyItem } from '../anomalies/list.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { decideCandidate, findCandidate } from '../watchlist/decide-candidate.ts'

type Deps = Pick<Services, 'db' | 'transact' | 'clock' | 'tickets' | 'logAccess'>

const ByAnomaly = Type.Object({ anomaly: Type.String({ maxLength: 128 }) })
const ways = [
  ['confirm', 'confirmed', 'It may be who is looked for: opens a ticket in your name'],
  ['dismiss', 'dismissed', 'It is somebody else: nothing but the record of it'],
] as const

/** What the watch-list may have seen, decided by people (control C9). Below the switch of `/watchlist`. */
export const candidateRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    for (const [way, verdict, summary] of ways) {
      app.post(
        `/watchlist/candidates/:anomaly/${way}`,
        {
          config: { access: { roles: deciders } },
          schema: {
            summary,
            tags: ['access'],
            params: ByAnomaly,
            body: CandidateDecision,
            response: { 200: AnomalyItem },
          },
        },
        async (request) => {
          const principal = whoIs(request)
          const { anomaly } = request.params
          const { reason } = request.body
          const { community } = await findCandidate(deps.db, anomaly, principal)
          const what = `watchlist.${way}`
          await deps.logAccess(principal, { what, target: anomaly, community, reason, each: true })
          const now = deps.clock()
          const row = await deps.transact((trx) =>
            decideCandidate(trx, deps.tickets, anomaly, { verdict, reason }, { principal, now }),
          )
          return anomalyItem(row)
        },
      )
    }
  }
