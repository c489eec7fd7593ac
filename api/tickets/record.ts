import type { Evidence, Severity } from '../../contracts/anomaly.ts'
import { newId } from '../../contracts/ids.ts'
import { limits } from '../../contracts/limits.ts'
import type { Place, Subject } from '../../contracts/place.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { TicketAction, TicketSource, TicketStatus } from '../../contracts/ticket.ts'
import type { Actor } from '../auth/principal.ts'
import { toJsonOrNull } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { emit } from '../events/emit.ts'
import type { Random } from '../random.ts'
import { dueAt } from './due.ts'
import { type DayOf, nextNumber } from './number.ts'
import { type TicketRow, searchText } from './ticket-row.ts'

/** What every change of a ticket needs from outside. */
export interface TicketDeps {
  readonly random: Random
  readonly dayOf: DayOf
  /** The limit of a category, hours; null where it names none. */
  readonly categoryHours: (code: string | null) => number | null
  /** Who hears of every change of a ticket, within its transaction. */
  readonly follower?: TicketFollower
}

/** Goes along with tickets: what it does commits with the change, or not at all. */
export interface TicketFollower {
  /** A machine's report opened it. */
  opened(trx: Trx, ticket: TicketRow, now: number): Promise<void>
  /** The same condition again, while it is open. */
  repeated(trx: Trx, ticket: TicketRow, now: number): Promise<void>
  acted(trx: Trx, ticket: TicketRow, action: TicketAction, by: Actor, now: number): Promise<void>
  cleared(
    trx: Trx,
    ticket: TicketRow,
    clear: { readonly resolves: boolean; readonly reason: LocalText },
    now: number,
  ): Promise<void>
}

export interface Draft {
  readonly community: string
  readonly status: TicketStatus
  readonly category: string | null
  /** In place of the category's limit. */
  readonly hours?: number
  readonly severity: Severity
  readonly place: Place | null
  readonly subject: Subject | null
  readonly source: Omit<TicketSource, 'kind'> & { readonly kind: string }
  readonly title: string
  readonly titleEn: string | null
  readonly description: string
  readonly descriptionEn: string | null
  readonly anomaly: {
    readonly id: string
    readonly type: string
    readonly key: string
    readonly rule: { readonly id: string; readonly version: string } | null
    readonly raisedAt: number
  } | null
}

export const openKeyOf = (community: string, key: string): string => `${community} ${key}`

/** Writes a new ticket with its first timeline entry, inside the caller's transaction. */
export async function insertTicket(
  trx: Trx,
  deps: TicketDeps,
  draft: Draft,
  actor: Actor,
  now: number,
): Promise<TicketRow> {
  const numbered = await nextNumber(trx, draft.community, deps.dayOf(now))
  const place = toJsonOrNull(draft.place)
  const row: TicketRow = {
    id: newId('ticket', now, deps.random),
    number: numbered.number,
    community: draft.community,
    day: numbered.day,
    day_no: numbered.dayNo,
    status: draft.status,
    flags: '[]',
    category: draft.category,
    severity: draft.severity,
    place,
    subject: toJsonOrNull(draft.subject),
    source_kind: draft.source.kind,
    source_device: draft.source.device,
    source_channel: draft.source.channel,
    source_reporter: draft.source.reporter,
    title: draft.title,
    title_en: draft.titleEn,
    description: draft.description,
    description_en: draft.descriptionEn,
    unit: null,
    assignee_id: null,
    assignee_name: null,
    mode: 'single',
    due_at: dueAt(now, draft.severity, draft.hours ?? deps.categoryHours(draft.category)),
    anomaly_id: draft.anomaly?.id ?? null,
    anomaly_type: draft.anomaly?.type ?? null,
    anomaly_key: draft.anomaly?.key ?? null,
    anomaly_rule: toJsonOrNull(draft.anomaly?.rule),
    anomaly_raised_at: draft.anomaly?.raisedAt ?? null,
    anomaly_cleared_at: null,
    open_key: draft.anomaly === null ? null : openKeyOf(draft.community, draft.anomaly.key),
    repeats: 0,
    evidence_count: 0,
    comments: 0,
    reporters: 1,
    picture: null,
    handled_by: null,
    search: '',
    created_at: now,
    updated_at: now,
    closed_at: null,
    revision: 0,
  }
  row.search = searchText(row)
  await trx.insertInto('tickets').values(row).execute()
  await addTimeline(trx, deps, row.id, { kind: 'opened', actor, to: draft.status, ts: now })
  return row
}

export interface NewTimelineEntry {
  readonly kind: string
  readonly actor: Actor
  readonly ts: number
  readonly from?: string | null
  readonly to?: string | null
  /** What the machine says it says in both languages, what people say in theirs. */
  readonly note?: string | LocalText | null
}

export async function addTimeline(
  trx: Trx,
  deps: Pick<TicketDeps, 'random'>,
  ticketId: string,
  entry: NewTimelineEntry,
): Promise<void> {
  const { note = null } = entry
  const both = typeof note === 'string' ? { zh: note, en: null } : note
  await trx
    .insertInto('ticket_timeline')
    .values({
      id: newId('event', entry.ts, deps.random),
      ticket_id: ticketId,
      ts: entry.ts,
      kind: entry.kind,
      actor: JSON.stringify(entry.actor),
      from_status: entry.from ?? null,
      to_status: entry.to ?? null,
      note: both?.zh ?? null,
      note_en: both?.en ?? null,
    })
    .execute()
}

/** Body of a row that only names a file; the evidence stands in the row before it. */
export const secondFile = ''

/** One row at least: null where the evidence has no file. */
function filesOf(item: Evidence): readonly (string | null)[] {
  if (item.kind === 'clip') return [item.sha256]
  if (item.kind !== 'frame') return [null]
  return item.boxesSha256 === undefined ? [item.sha256] : [item.sha256, item.boxesSha256]
}

/** Adds evidence up to the bound; what lies beyond it is counted and not kept. The row is changed in place. */
export async function addEvidence(
  trx: Trx,
  row: TicketRow,
  evidence: readonly Evidence[],
  now: number,
): Promise<void> {
  const room = Math.max(0, limits.evidencePerTicketMax - row.evidence_count)
  const kept = evidence.slice(0, room)
  if (kept.length > 0) {
    const values = kept.flatMap((item) =>
      filesOf(item).map((sha256, i) => ({
        ticket_id: row.id,
        sha256,
        // A second file of the same evidence has a row of its own, so that the ticket locks it too.
        body: i === 0 ? JSON.stringify(item) : secondFile,
        added_at: now,
      })),
    )
    await trx.insertInto('ticket_evidence').values(values).execute()
  }
  const newest = kept.findLast((item) => item.kind === 'frame')
  if (newest?.kind === 'frame') row.picture = newest.sha256
  row.evidence_count += evidence.length
}

/** Tells the stream; the web page reloads what it shows. */
export async function announce(
  trx: Trx,
  row: TicketRow,
  change: string,
  now: number,
): Promise<void> {
  await emit(trx, {
    name: 'ticket',
    ts: now,
    community: row.community,
    unit: row.unit,
    data: {
      id: row.id,
      number: row.number,
      status: row.status,
      severity: row.severity,
      title: row.title,
      community: row.community,
      change,
    },
  })
}
