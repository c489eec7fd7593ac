import { type Migration, sql } from 'kysely'
import { type AnyDb, type Dialect, countedTable, index, table } from '../columns.ts'

/** Messages to people with their receipts, how people want to be told, and announcements. */
export const notify = (dialect: Dialect): Migration => ({
  async up(db) {
    await messages(db, dialect)
    await table(
      db,
      'notify_preferences',
      {
        user_id: 'text',
        language: 'text',
        phone: 'text?',
        email: 'text?',
        channels: 'text',
        quiet: 'text?',
        minor_digest: 'text?',
        updated_at: 'int',
      },
      ['user_id'],
    ).execute()
    await table(db, 'notify_cursor', { id: 'int', event: 'int' }).execute()
    // What was opened before there were messages is told to nobody.
    await sql`insert into notify_cursor (id, event) select 1, coalesce(max(id), 0) from stream_events`.execute(
      db,
    )
    await announcements(db)
  },
})

async function messages(db: AnyDb, dialect: Dialect): Promise<void> {
  await countedTable(db, dialect, 'notifications', 'seq', {
    id: 'text',
    key: 'text',
    incident: 'text',
    step: 'text',
    community: 'text',
    severity: 'text',
    kind: 'text',
    person: 'text',
    person_name: 'text',
    channel: 'text',
    address: 'text?',
    language: 'text',
    text: 'text',
    link: 'text?',
    state: 'text',
    reason: 'text?',
    next_at: 'int?',
    due_at: 'int',
    expires_at: 'int',
    created_at: 'int',
    released_at: 'int?',
    sent_at: 'int?',
    delivered_at: 'int?',
    acknowledged_at: 'int?',
    acknowledged_by: 'text?',
    attempts: 'int',
    repeats: 'int',
    late_ms: 'int?',
    digest: 'text?',
    answers: 'text?',
  }).execute()
  await index(db, 'notifications', ['id'], true)
  await index(db, 'notifications', ['key'], true)
  await index(db, 'notifications', ['incident', 'seq'])
  await index(db, 'notifications', ['next_at'])
  await index(db, 'notifications', ['released_at', 'person'])
  await index(db, 'notifications', ['digest'])
  await index(db, 'notifications', ['person', 'channel', 'seq'])
  await index(db, 'notifications', ['created_at'])
  await countedTable(db, dialect, 'notification_attempts', 'seq', {
    notification: 'text',
    at: 'int',
    ok: 'int',
    code: 'text',
    detail: 'text',
    took_ms: 'int',
  }).execute()
  await index(db, 'notification_attempts', ['notification', 'seq'])
}

async function announcements(db: AnyDb): Promise<void> {
  await table(db, 'broadcasts', {
    id: 'text',
    community: 'text',
    body: 'text',
    target: 'text',
    schedule: 'text?',
    priority: 'text',
    language: 'text',
    times: 'int',
    state: 'text',
    created_by: 'text',
    created_by_name: 'text',
    created_at: 'int',
    next_at: 'int?',
    cancelled_by: 'text?',
    runs: 'int',
  }).execute()
  await index(db, 'broadcasts', ['next_at'])
  await index(db, 'broadcasts', ['created_at', 'id'])
  await table(db, 'broadcast_receipts', {
    id: 'text',
    broadcast: 'text',
    run_at: 'int',
    device: 'text',
    device_name: 'text',
    state: 'text',
    error: 'text?',
    attempts: 'int',
    next_at: 'int?',
    expires_at: 'int',
    updated_at: 'int',
  }).execute()
  await index(db, 'broadcast_receipts', ['broadcast', 'run_at', 'device'], true)
  await index(db, 'broadcast_receipts', ['next_at'])
}
