import type { Migration } from 'kysely'
import { type AnyDb, index, table } from '../columns.ts'

/** What the box must know: devices, credentials, homes, people, cards; and the visits to them. */
export const roster = (): Migration => ({
  async up(db) {
    await deviceTables(db)
    await peopleTables(db)
    await table(db, 'roster_meta', { id: 'int', version: 'int' }).execute()
  },
})

async function deviceTables(db: AnyDb): Promise<void> {
  await table(
    db,
    'devices',
    {
      community: 'text',
      id: 'text',
      type: 'text',
      name: 'text',
      place: 'text?',
      state: 'text',
      household: 'text?',
      interval_ms: 'int?',
      camera: 'text?',
      created_at: 'int',
      updated_at: 'int',
    },
    ['community', 'id'],
  ).execute()
  await table(
    db,
    'mqtt_credentials',
    {
      username: 'text',
      salt_hex: 'text',
      hash_hex: 'text',
      kind: 'text',
      community: 'text',
      device: 'text?',
      prefixes: 'text',
      created_at: 'int',
    },
    ['username'],
  ).execute()
  await index(db, 'mqtt_credentials', ['community', 'device'])
}

async function peopleTables(db: AnyDb): Promise<void> {
  await table(db, 'households', {
    id: 'text',
    community: 'text',
    place: 'text',
    created_at: 'int',
  }).execute()
  await table(db, 'residents', {
    id: 'text',
    community: 'text',
    household: 'text?',
    name: 'text',
    honorific: 'text',
    phone: 'text?',
    watch: 'text?',
    created_at: 'int',
  }).execute()
  await table(db, 'suspensions', {
    id: 'text',
    resident: 'text',
    from_at: 'int',
    to_at: 'int?',
    reason: 'text',
    note: 'text?',
    created_by: 'text',
    created_at: 'int',
  }).execute()
  await index(db, 'suspensions', ['resident'])
  await table(db, 'visits', {
    id: 'text',
    resident: 'text',
    community: 'text',
    at: 'int',
    seen: 'int',
    note: 'text?',
    by_id: 'text',
    by_name: 'text',
    created_at: 'int',
    forwarded_at: 'int?',
  }).execute()
  await index(db, 'visits', ['resident'])
  await table(db, 'cards', {
    id: 'text',
    community: 'text',
    code_hash: 'text',
    holder: 'text',
    doors: 'text',
    from_at: 'int?',
    to_at: 'int?',
    created_at: 'int',
  }).execute()
  await index(db, 'cards', ['code_hash'], true)
}
