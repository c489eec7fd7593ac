import type { AnomalyReport } from '../../contracts/anomaly.ts'
import type { Trx } from '../db/open.ts'
import { addEvidence, announce } from '../tickets/record.ts'
import { addToCandidate, candidateOf } from './candidate.ts'
import { type ReportOutcome, answerOf, remember } from './remember.ts'
import { saveCounts } from './ticket-of.ts'

/**
 * Evidence that was made after its anomaly, such as a clip. It goes to the ticket that the anomaly had,
 * also a closed one, or to the candidate that waits; it counts no repeat, reopens nothing, opens nothing.
 * Where there is neither, nothing is kept.
 */
export async function addLateEvidence(
  trx: Trx,
  report: AnomalyReport,
  addsTo: string,
  now: number,
): Promise<ReportOutcome> {
  const row = await trx
    .selectFrom('anomalies')
    .selectAll()
    .where('id', '=', addsTo)
    .executeTakeFirst()
  const anomaly = row === undefined ? null : await candidateOf(trx, row)
  if (anomaly === null) return answerOf(report, { ticket: null, opened: false })
  const evidence = report.evidence ?? []
  const { community } = anomaly
  const became = { community, ticket: null, opened: false, now, state: 'evidence' } as const
  if (anomaly.state === 'candidate') {
    await addToCandidate(trx, anomaly, evidence)
    return remember(trx, report, became)
  }
  const ticket = await trx
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', anomaly.ticket_id)
    .executeTakeFirst()
  if (ticket === undefined) return answerOf(report, { ticket: null, opened: false })
  const next = { ...ticket, updated_at: now }
  await addEvidence(trx, next, evidence, now)
  await saveCounts(trx, next)
  await announce(trx, next, 'evidence', now)
  return remember(trx, report, { ...became, ticket: next })
}
