import type { Migration } from 'kysely'
import { type AnyDb, countedTable, type Dialect, index, table } from '../columns.ts'

/** Who may pass: consents, faces, plates, visits, the watch-list; settings of doors and barriers. */
export const access = (dialect: Dialect): Migration => ({
  async up(db) {
    await newColumns(db)
    await faceTables(db, dialect)
    await passTables(db)
  },
})

async function newColumns(db: AnyDb): Promise<void> {
  for (const [name, column] of [
    ['devices', 'door'],
    ['devices', 'barrier'],
    ['devices', 'relay'],
    ['residents', 'birth_date'],
    ['cards', 'kind'],
  ] as const) {
    await db.schema.alterTable(name).addColumn(column, 'text').execute()
  }
}

async function faceTables(db: AnyDb, dialect: Dialect): Promise<void> {
  await table(db, 'consents', {
    id: 'text',
    community: 'text',
    resident: 'text',
    purpose: 'text',
    method: 'text',
    text_version: 'text',
    text_sha256: 'text?',
    channel: 'text',
    guardian: 'text?',
    evidence_sha256: 'text?',
    given_at: 'int',
    expires_at: 'int?',
    withdrawn_at: 'int?',
    withdrawn_by: 'text?',
    recorded_by: 'text',
  }).execute()
  await index(db, 'consents', ['resident'])
  await table(db, 'faces', {
    id: 'text',
    community: 'text',
    resident: 'text',
    consent: 'text',
    pictures: 'int',
    created_at: 'int',
  }).execute()
  await index(db, 'faces', ['resident'])
  await index(db, 'faces', ['consent'])
  await table(
    db,
    'face_removals',
    {
      template: 'text',
      batch: 'text',
      consent: 'text?',
      subject_sha256: 'text',
      actor: 'text',
      receipt: 'int',
      due_at: 'int',
      done_at: 'int?',
      templates: 'int',
      pictures: 'int',
    },
    ['template'],
  ).execute()
  await index(db, 'face_removals', ['batch'])
  await countedTable(db, dialect, 'deletion_receipts', 'seq', {
    consent: 'text?',
    subject_sha256: 'text',
    templates: 'int',
    pictures: 'int',
    at: 'int',
    actor: 'text',
    in_force: 'int',
    previous: 'text',
    sha256: 'text',
  }).execute()
  // A chain does not fork: two receipts after the same one are one too many.
  await index(db, 'deletion_receipts', ['previous'], true)
  await index(db, 'deletion_receipts', ['consent'])
}

async function passTables(db: AnyDb): Promise<void> {
  await table(db, 'vehicles', {
    id: 'text',
    community: 'text',
    plate: 'text',
    holder: 'text?',
    list: 'text',
    note: 'text?',
    from_at: 'int?',
    to_at: 'int?',
    created_at: 'int',
  }).execute()
  await index(db, 'vehicles', ['community', 'plate'], true)
  await table(db, 'visitors', {
    id: 'text',
    community: 'text',
    name: 'text',
    host: 'text?',
    pin_hash: 'text?',
    plate: 'text?',
    doors: 'text',
    from_at: 'int',
    to_at: 'int',
    entries_max: 'int?',
    created_by: 'text',
    created_at: 'int',
    revoked_at: 'int?',
    /** 1 while the box lists it. */
    listed: 'int',
  }).execute()
  await index(db, 'visitors', ['pin_hash'])
  await index(db, 'visitors', ['to_at'])
  await table(db, 'watchlist', {
    id: 'text',
    community: 'text',
    label: 'text',
    authority: 'text',
    legal_basis: 'text',
    document_number: 'text',
    requested_by: 'text',
    approved_by: 'text?',
    approved_at: 'int?',
    template: 'text?',
    withdrawn_at: 'int?',
    /** Sealed pictures; null once they are with the box, or no longer wanted. */
    pictures: 'text?',
    created_at: 'int',
    expires_at: 'int',
  }).execute()
}
