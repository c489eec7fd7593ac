import type { Generated } from 'kysely'
import type { AccessTables } from './access-schema.ts'
import type { BroadcastTables } from './broadcast-schema.ts'
import type { CareTables } from './care-schema.ts'
import type { NotifyTables } from './notify-schema.ts'
import type { OrgTables } from './org-schema.ts'
import type { LadderTables, VisitsTable } from './ladder-schema.ts'

/**
 * The tables of the governance platform. Dialect-neutral on purpose: text, integers and reals only;
 * JSON and lists are text, booleans 0 or 1, times epoch milliseconds.
 */
export interface UsersTable {
  id: string
  username: string
  name: string
  role: string
  /** JSON list of communities. */
  areas: string
  unit: string | null
  password_hash: string
  must_change_password: number
  disabled: number
  /** Whose account it is, where the role is `resident`. */
  resident: string | null
  created_at: number
  updated_at: number
}

export interface SessionsTable {
  id: string
  /** SHA-256 of the token; the token itself is never stored. */
  token_hash: string
  user_id: string
  created_at: number
  expires_at: number
}

export interface ApiKeysTable {
  id: string
  name: string
  key_hash: string
  scopes: string
  created_by: string
  created_at: number
}

export interface TicketsTable {
  id: string
  number: string
  community: string
  day: string
  day_no: number
  status: string
  flags: string
  category: string | null
  severity: string
  place: string | null
  subject: string | null
  source_kind: string
  source_device: string | null
  source_channel: string | null
  source_reporter: string | null
  title: string
  title_en: string | null
  description: string
  description_en: string | null
  unit: string | null
  assignee_id: string | null
  assignee_name: string | null
  mode: string
  due_at: number | null
  anomaly_id: string | null
  anomaly_type: string | null
  anomaly_key: string | null
  anomaly_rule: string | null
  anomaly_raised_at: number | null
  anomaly_cleared_at: number | null
  /** Community and dedupe key while the ticket is open, else null: unique, so a key opens one ticket. */
  open_key: string | null
  repeats: number
  evidence_count: number
  comments: number
  reporters: number
  picture: string | null
  /** Who did `handle` last: the checker is not the handler. */
  handled_by: string | null
  search: string
  created_at: number
  updated_at: number
  closed_at: number | null
  /** Raised by every change of state; two writers cannot both win. */
  revision: number
}

export interface TicketTimelineTable {
  seq: Generated<number>
  id: string
  ticket_id: string
  ts: number
  kind: string
  actor: string
  from_status: string | null
  to_status: string | null
  note: string | null
  /** Null where a person wrote the note. */
  note_en: string | null
}

export interface TicketEvidenceTable {
  seq: Generated<number>
  ticket_id: string
  /** Set for pictures. */
  sha256: string | null
  body: string
  added_at: number
}

export interface AnomaliesTable {
  id: string
  community: string
  type: string
  key: string
  severity: string
  device: string | null
  place: string | null
  subject: string | null
  /** Empty where there is none. */
  ticket_id: string
  opened: number
  /** The first answer, given again to every repeat. */
  answer_status: number
  answer: string
  raised_at: number
  received_at: number
  /** Null: it has a ticket. Else `candidate`, `confirmed`, `dismissed`, `joined` (a candidate), `evidence` (late). */
  state: string | null
  /** Of `joined`: the candidate that it joined. */
  candidate: string | null
  /** Of a candidate: the report as JSON, with all evidence so far. */
  report: string | null
  sightings: number | null
  /** Who confirmed or dismissed, as JSON. */
  decided_by: string | null
  decided_at: number | null
  decision_reason: string | null
}

export interface AnomalyClearsTable {
  id: string
  key: string
  ticket_id: string | null
  answer: string
  cleared_at: number
  received_at: number
}

export interface PicturesTable {
  sha256: string
  bytes: number
  created_at: number
}

export interface EventsTable {
  seq: Generated<number>
  id: string
  ts: number
  community: string
  device: string
  type: string
  data: string
  received_at: number
}

export interface StreamEventsTable {
  id: Generated<number>
  ts: number
  name: string
  community: string
  unit: string | null
  data: string
}

export interface DevicesTable {
  community: string
  id: string
  type: string
  name: string
  place: string | null
  state: string
  household: string | null
  interval_ms: number | null
  camera: string | null
  door: string | null
  barrier: string | null
  relay: string | null
  /** JSON of DeviceOrigin; null for devices that have said nothing of themselves. */
  origin: string | null
  via: string | null
  /** 1 once a person has said what it hangs on, or that it hangs on nothing: what it says itself no longer counts. */
  via_by_person: Generated<number>
  created_at: number
  updated_at: number
}

export interface MqttCredentialsTable {
  username: string
  salt_hex: string
  hash_hex: string
  kind: string
  community: string
  device: string | null
  prefixes: string
  created_at: number
}

export interface HouseholdsTable {
  id: string
  community: string
  place: string
  created_at: number
}

export interface ResidentsTable {
  id: string
  community: string
  household: string | null
  name: string
  honorific: string
  phone: string | null
  watch: string | null
  /** YYYY-MM-DD */
  birth_date: string | null
  /** When they died; nobody looks after them or writes to them any more. */
  deceased_at: number | null
  created_at: number
}

export interface CardsTable {
  id: string
  community: string
  code_hash: string
  holder: string
  doors: string
  from_at: number | null
  to_at: number | null
  /** Null: a card. */
  kind: string | null
  created_at: number
}

export interface RosterMetaTable {
  id: number
  version: number
}

/** Append-only: nothing updates a row, and only age deletes one. */
export interface AccessLogTable {
  seq: Generated<number>
  ts: number
  who: string
  role: string
  what: string
  target: string
  community: string
  reason: string | null
}

export interface Database
  extends AccessTables,
    BroadcastTables,
    CareTables,
    LadderTables,
    NotifyTables,
    OrgTables {
  users: UsersTable
  sessions: SessionsTable
  api_keys: ApiKeysTable
  tickets: TicketsTable
  ticket_timeline: TicketTimelineTable
  ticket_evidence: TicketEvidenceTable
  anomalies: AnomaliesTable
  anomaly_clears: AnomalyClearsTable
  pictures: PicturesTable
  events: EventsTable
  stream_events: StreamEventsTable
  devices: DevicesTable
  mqtt_credentials: MqttCredentialsTable
  households: HouseholdsTable
  residents: ResidentsTable
  visits: VisitsTable
  cards: CardsTable
  roster_meta: RosterMetaTable
  access_log: AccessLogTable
}
