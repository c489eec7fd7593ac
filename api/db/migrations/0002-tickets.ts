import type { Migration } from 'kysely'
import { type AnyDb, type Dialect, countedTable, index, table } from '../columns.ts'

/** Tickets with timeline and evidence, anomalies, evidence pictures. */
export const tickets = (dialect: Dialect): Migration => ({
  async up(db) {
    await ticketTable(db)
    await countedTable(db, dialect, 'ticket_timeline', 'seq', {
      id: 'text',
      ticket_id: 'text',
      ts: 'int',
      kind: 'text',
      actor: 'text',
      from_status: 'text?',
      to_status: 'text?',
      note: 'text?',
    }).execute()
    await index(db, 'ticket_timeline', ['ticket_id', 'seq'])
    await countedTable(db, dialect, 'ticket_evidence', 'seq', {
      ticket_id: 'text',
      sha256: 'text?',
      body: 'text',
      added_at: 'int',
    }).execute()
    await index(db, 'ticket_evidence', ['ticket_id', 'seq'])
    await index(db, 'ticket_evidence', ['sha256'])
    await anomalyTables(db)
    await table(db, 'pictures', { sha256: 'text', bytes: 'int', created_at: 'int' }, [
      'sha256',
    ]).execute()
    await index(db, 'pictures', ['created_at'])
  },
})

async function ticketTable(db: AnyDb): Promise<void> {
  await table(db, 'tickets', {
    id: 'text',
    number: 'text',
    community: 'text',
    day: 'text',
    day_no: 'int',
    status: 'text',
    flags: 'text',
    category: 'text?',
    severity: 'text',
    place: 'text?',
    subject: 'text?',
    source_kind: 'text',
    source_device: 'text?',
    source_channel: 'text?',
    source_reporter: 'text?',
    title: 'text',
    title_en: 'text?',
    description: 'text',
    description_en: 'text?',
    unit: 'text?',
    assignee_id: 'text?',
    assignee_name: 'text?',
    mode: 'text',
    due_at: 'int?',
    anomaly_id: 'text?',
    anomaly_type: 'text?',
    anomaly_key: 'text?',
    anomaly_rule: 'text?',
    anomaly_raised_at: 'int?',
    anomaly_cleared_at: 'int?',
    open_key: 'text?',
    repeats: 'int',
    evidence_count: 'int',
    comments: 'int',
    reporters: 'int',
    picture: 'text?',
    handled_by: 'text?',
    search: 'text',
    created_at: 'int',
    updated_at: 'int',
    closed_at: 'int?',
    revision: 'int',
  }).execute()
  await index(db, 'tickets', ['community', 'day', 'day_no'], true)
  await index(db, 'tickets', ['open_key'], true)
  await index(db, 'tickets', ['created_at', 'id'])
  await index(db, 'tickets', ['community', 'created_at', 'id'])
  await index(db, 'tickets', ['anomaly_key'])
}

async function anomalyTables(db: AnyDb): Promise<void> {
  await table(db, 'anomalies', {
    id: 'text',
    community: 'text',
    type: 'text',
    key: 'text',
    severity: 'text',
    device: 'text?',
    place: 'text?',
    subject: 'text?',
    ticket_id: 'text',
    opened: 'int',
    answer_status: 'int',
    answer: 'text',
    raised_at: 'int',
    received_at: 'int',
  }).execute()
  await index(db, 'anomalies', ['received_at', 'id'])
  await table(db, 'anomaly_clears', {
    id: 'text',
    key: 'text',
    ticket_id: 'text?',
    answer: 'text',
    cleared_at: 'int',
    received_at: 'int',
  }).execute()
}
