import type { Selectable } from 'kysely'
import type { Evidence } from '../../contracts/anomaly.ts'
import type { Place, Subject } from '../../contracts/place.ts'
import type {
  TicketFlag,
  TicketStatus,
  TicketSummary,
  TimelineEntry,
} from '../../contracts/ticket.ts'
import { fromJson, fromJsonOrNull } from '../db/json.ts'
import type { TicketTimelineTable, TicketsTable } from '../db/schema.ts'
import { type Person, type TicketState, allowedActions } from './state-machine.ts'

export type TicketRow = Selectable<TicketsTable>
type Anomaly = NonNullable<TicketSummary['anomaly']>

export const stateOf = (row: TicketRow): TicketState => ({
  status: row.status as TicketStatus,
  unit: row.unit,
  assigneeId: row.assignee_id,
  reporter: row.source_reporter,
  handledBy: row.handled_by,
})

/** A row as the list shows it to a person. */
export function summaryOf(row: TicketRow, person: Person): TicketSummary {
  return {
    id: row.id,
    number: row.number,
    community: row.community,
    status: row.status as TicketSummary['status'],
    flags: fromJson(row.flags) as TicketFlag[],
    category: row.category,
    severity: row.severity as TicketSummary['severity'],
    place: fromJsonOrNull(row.place) as Place | null,
    subject: fromJsonOrNull(row.subject) as Subject | null,
    source: {
      kind: row.source_kind as TicketSummary['source']['kind'],
      device: row.source_device,
      channel: row.source_channel,
      reporter: row.source_reporter,
    },
    title: row.title,
    titleEn: row.title_en,
    description: row.description,
    descriptionEn: row.description_en,
    unit: row.unit,
    assignee:
      row.assignee_id === null
        ? null
        : { id: row.assignee_id, name: row.assignee_name ?? row.assignee_id },
    mode: row.mode as TicketSummary['mode'],
    dueAt: row.due_at,
    anomaly: anomalyOf(row),
    counts: {
      repeats: row.repeats,
      evidence: row.evidence_count,
      comments: row.comments,
      reporters: row.reporters,
    },
    picture: row.picture,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    closedAt: row.closed_at,
    allowed: allowedActions(stateOf(row), person),
  }
}

function anomalyOf(row: TicketRow): Anomaly | null {
  if (row.anomaly_id === null || row.anomaly_key === null) return null
  return {
    id: row.anomaly_id,
    type: row.anomaly_type as Anomaly['type'],
    key: row.anomaly_key,
    rule: fromJsonOrNull(row.anomaly_rule) as { id: string; version: string } | null,
    raisedAt: row.anomaly_raised_at ?? row.created_at,
    clearedAt: row.anomaly_cleared_at,
  }
}

export function timelineEntryOf(row: Selectable<TicketTimelineTable>): TimelineEntry {
  return {
    id: row.id,
    ts: row.ts,
    kind: row.kind,
    actor: fromJson(row.actor) as TimelineEntry['actor'],
    from: row.from_status as TimelineEntry['from'],
    to: row.to_status as TimelineEntry['to'],
    note: row.note,
    noteEn: row.note_en,
  }
}

export const evidenceOf = (body: string): Evidence => fromJson(body) as Evidence

/** Lower case, so that one LIKE finds it in both dialects. */
export const searchText = (row: {
  number: string
  title: string
  title_en: string | null
  description: string
  place: string | null
}): string =>
  [
    row.number,
    row.title,
    row.title_en ?? '',
    row.description,
    row.place === null ? '' : (fromJson(row.place) as Place).name,
  ]
    .join('\n')
    .toLowerCase()
