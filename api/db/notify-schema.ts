import type { Generated } from 'kysely'

/** Tables of 0007: messages to people with their receipts, and announcements. The rules of schema.ts hold here too. */
export interface NotificationsTable {
  /** Counts up: the order in which a link that was down is caught up with. */
  seq: Generated<number>
  id: string
  /** Incident, step, kind, person and channel: unique, so nobody gets the same thing twice. */
  key: string
  /** A ticket, a broadcast or a test. */
  incident: string
  step: string
  community: string
  severity: string
  kind: string
  /** `user:…`, `contact:…`, `group:…`, `device:…`: whose messages are counted together. */
  person: string
  person_name: string
  channel: string
  /** Phone or e-mail address; never logged, masked in answers. */
  address: string | null
  language: string
  /** `{title, body}` in both languages, JSON. */
  text: string
  link: string | null
  state: string
  reason: string | null
  /** When the sender looks at it next; null where nothing is left to do. */
  next_at: number | null
  /** When it should have gone out: later than made only where quiet hours or a digest say so. */
  due_at: number
  expires_at: number
  created_at: number
  /** When it was let through to its channel: what the cap per person counts. */
  released_at: number | null
  sent_at: number | null
  delivered_at: number | null
  acknowledged_at: number | null
  acknowledged_by: string | null
  attempts: number
  /** How often it went out again because nobody acknowledged it. */
  repeats: number
  late_ms: number | null
  /** The digest that carries it. */
  digest: string | null
  /** Of a relief: the alarm that it answers. */
  answers: string | null
}

/** Each try of a message, at most some dozens per message. */
export interface NotificationAttemptsTable {
  seq: Generated<number>
  notification: string
  at: number
  ok: number
  code: string
  detail: string
  took_ms: number
}

/** How a person wants to be told. */
export interface NotifyPreferencesTable {
  user_id: string
  language: string
  phone: string | null
  email: string | null
  /** JSON: channel to the least severity that takes it. */
  channels: string
  /** JSON of QuietHours; null: the box's. */
  quiet: string | null
  /** Null: the box's. */
  minor_digest: string | null
  updated_at: number
}

/** One row: the last stream event whose ticket was looked at. */
export interface NotifyCursorTable {
  id: number
  event: number
}

export interface BroadcastsTable {
  id: string
  community: string
  /** JSON: text or clip, as it was asked for. */
  body: string
  /** JSON: areas and devices. */
  target: string
  /** JSON of the schedule; null: once, at once. */
  schedule: string | null
  priority: string
  language: string
  times: number
  state: string
  created_by: string
  created_by_name: string
  created_at: number
  /** The next time it is due; null where it is over. */
  next_at: number | null
  cancelled_by: string | null
  /** How often it has been spoken. */
  runs: number
  /** The clip that is played in place of a text. */
  clip: string | null
}

/** What each loudspeaker said to each run. */
export interface BroadcastReceiptsTable {
  id: string
  broadcast: string
  run_at: number
  device: string
  device_name: string
  state: string
  /** `play` what the box has made, or `say` by itself; null before it was told. */
  way: string | null
  error: string | null
  attempts: number
  next_at: number | null
  expires_at: number
  updated_at: number
}

export interface NotifyTables {
  notifications: NotificationsTable
  notification_attempts: NotificationAttemptsTable
  notify_preferences: NotifyPreferencesTable
  notify_cursor: NotifyCursorTable
  broadcasts: BroadcastsTable
  broadcast_receipts: BroadcastReceiptsTable
}
