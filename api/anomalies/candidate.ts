import type { Selectable } from 'kysely'
import type { AnomalyReport, Evidence } from '../../contracts/anomaly.ts'
import { limits } from '../../contracts/limits.ts'
import { fromJson } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import type { AnomaliesTable } from '../db/schema.ts'
import { type ReportOutcome, answerOf, remember, tell } from './remember.ts'

export type AnomalyRow = Selectable<AnomaliesTable>

/** The report that a candidate was made of, with all evidence so far. */
export const reportOf = (row: Pick<AnomalyRow, 'report'>): AnomalyReport =>
  fromJson(row.report ?? '{}') as AnomalyReport

/** The entry of the watch-list: `watchlist.candidate/{community}/{entry}/{camera}`, as the box makes the key. */
export const entryOf = (key: string): string => key.split('/')[2] ?? ''

/**
 * A hit of the watch-list (control C9): it waits for a person and opens or joins no ticket. The same entry
 * before the same camera is one candidate until somebody has decided. Where the list is off, nothing is kept.
 */
export async function takeCandidate(
  trx: Trx,
  report: AnomalyReport,
  given: { readonly community: string; readonly watchlist: boolean; readonly now: number },
): Promise<ReportOutcome> {
  if (!given.watchlist) return answerOf(report, { ticket: null, opened: false })
  const { community, now } = given
  const waiting = await trx
    .selectFrom('anomalies')
    .selectAll()
    .where('state', '=', 'candidate')
    .where('key', '=', report.key)
    .where('community', '=', community)
    .executeTakeFirst()
  const became = { community, ticket: null, opened: false, now, state: 'candidate' } as const
  await tell(trx, report, became)
  if (waiting === undefined) return remember(trx, report, became)
  await addToCandidate(trx, waiting, report.evidence ?? [])
  await trx
    .updateTable('anomalies')
    .set({ sightings: (waiting.sightings ?? 0) + 1 })
    .where('id', '=', waiting.id)
    .execute()
  return remember(trx, report, { ...became, state: 'joined', candidate: waiting.id })
}

/** Up to the bound of a ticket. */
export async function addToCandidate(
  trx: Trx,
  row: AnomalyRow,
  evidence: readonly Evidence[],
): Promise<void> {
  const report = reportOf(row)
  const all = [...(report.evidence ?? []), ...evidence].slice(0, limits.evidencePerTicketMax)
  await trx
    .updateTable('anomalies')
    .set({ report: JSON.stringify({ ...report, evidence: all }) })
    .where('id', '=', row.id)
    .execute()
}

/** The row itself, or the candidate that it joined. */
export async function candidateOf(trx: Trx, row: AnomalyRow): Promise<AnomalyRow | null> {
  if (row.candidate === null) return row
  const head = await trx
    .selectFrom('anomalies')
    .selectAll()
    .where('id', '=', row.candidate)
    .executeTakeFirst()
  return head ?? null
}
