import type { AnomalyReport } from '../../contracts/anomaly.ts'
import type { AnomalyAnswer } from '../../contracts/http/anomalies.ts'
import type { Actor } from '../auth/principal.ts'
import { fromJson } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import type { TicketDeps } from '../tickets/record.ts'
import { takeCandidate } from './candidate.ts'
import { addLateEvidence } from './late-evidence.ts'
import { type Became, type ReportOutcome, remember, tell } from './remember.ts'
import { draftOf, joinTicket, openTicket, openTicketOf } from './ticket-of.ts'

export interface ReportContext {
  readonly actor: Actor
  readonly ownCommunity: string
  /** Whether candidates of the watch-list are taken (`watchlist.enabled`). */
  readonly watchlist: boolean
  readonly now: number
}

/**
 * Takes one anomaly in, once: the id decides whether it was here before, the key whether a ticket for
 * it is open. Where people have closed that ticket, the next report opens a new one: boxes report what
 * begins or comes again, never what merely goes on. Everything, stream events included, happens in the
 * caller's one transaction.
 */
export async function reportAnomaly(
  trx: Trx,
  deps: TicketDeps,
  report: AnomalyReport,
  context: ReportContext,
): Promise<ReportOutcome> {
  const before = await trx
    .selectFrom('anomalies')
    .select(['answer', 'answer_status'])
    .where('id', '=', report.id)
    .executeTakeFirst()
  if (before !== undefined) {
    return { status: before.answer_status, answer: fromJson(before.answer) as AnomalyAnswer }
  }
  const { now } = context
  const community = report.community ?? context.ownCommunity
  if (report.adds !== undefined) return addLateEvidence(trx, report, report.adds, now)
  if (report.type === 'watchlist.candidate') {
    return takeCandidate(trx, report, { ...context, community })
  }
  const open = await openTicketOf(trx, community, report.key)
  const ticket =
    open === null
      ? await openTicket(trx, deps, draftOf(report, community, now), report.evidence ?? [], context)
      : await joinTicket(trx, deps, report, open, context)
  const became: Became = { community, ticket, opened: open === null, now }
  const outcome = await remember(trx, report, became)
  await tell(trx, report, became)
  return outcome
}
