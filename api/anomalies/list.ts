import { anomalyDefaults } from '../../config/anomaly-defaults.ts'
import type { AnomalyItem } from '../../contracts/http/anomalies.ts'
import type { Place, Subject } from '../../contracts/place.ts'
import type { Actor, Principal } from '../auth/principal.ts'
import { fromJson, fromJsonOrNull } from '../db/json.ts'
import type { Db } from '../db/open.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { mayDecide } from './candidate-files.ts'
import { type AnomalyRow, entryOf, reportOf } from './candidate.ts'

export interface AnomalyFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly community?: string | undefined
  readonly type?: string | undefined
}

const states = ['candidate', 'confirmed', 'dismissed'] as const

/** What the boxes reported, newest first; candidates of the watch-list for those who decide them. */
export async function listAnomalies(
  db: Db,
  filter: AnomalyFilter,
  principal: Principal,
): Promise<{ items: AnomalyItem[]; next: string | null }> {
  const shown = mayDecide(principal) ? states : []
  let query = db
    .selectFrom('anomalies')
    .selectAll()
    .where((eb) => eb.or([eb('state', 'is', null), eb('state', 'in', ['', ...shown])]))
  if (principal.areas !== null) query = query.where('community', 'in', ['', ...principal.areas])
  if (filter.community !== undefined) query = query.where('community', '=', filter.community)
  if (filter.type !== undefined) query = query.where('type', '=', filter.type)
  if (filter.cursor !== undefined) {
    const [receivedAt, id] = decodeCursor(filter.cursor, ['number', 'string'])
    query = query.where((eb) =>
      eb.or([
        eb('received_at', '<', receivedAt),
        eb.and([eb('received_at', '=', receivedAt), eb('id', '<', id)]),
      ]),
    )
  }
  const rows = await query
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, (row) => [row.received_at, row.id], anomalyItem)
}

export const anomalyItem = (row: AnomalyRow): AnomalyItem => ({
  id: row.id,
  type: row.type as AnomalyItem['type'],
  key: row.key,
  severity: row.severity as AnomalyItem['severity'],
  community: row.community,
  device: row.device,
  place: fromJsonOrNull(row.place) as Place | null,
  subject: fromJsonOrNull(row.subject) as Subject | null,
  raisedAt: row.raised_at,
  receivedAt: row.received_at,
  ticket: row.ticket_id === '' ? null : row.ticket_id,
  opened: row.opened === 1,
  state: states.find((state) => state === row.state) ?? 'ticket',
  candidate: row.report === null ? null : askedOf(row),
})

function askedOf(row: AnomalyRow): AnomalyItem['candidate'] {
  const report = reportOf(row)
  const by = row.decided_by === null ? null : (fromJson(row.decided_by) as Actor)
  return {
    entry: entryOf(row.key),
    title: report.title ?? anomalyDefaults[report.type].title,
    description: report.description ?? { zh: '', en: '' },
    evidence: report.evidence ?? [],
    sightings: row.sightings ?? 1,
    decidedBy: by?.name ?? null,
    decidedAt: row.decided_at,
    reason: row.decision_reason,
  }
}
