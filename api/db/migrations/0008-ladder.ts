import type { Migration } from 'kysely'
import { type AnyDb, index, table } from '../columns.ts'

/** Ladders with their timers, families, plans of care; what a visit found. */
export const ladder = (): Migration => ({
  async up(db) {
    await ladderTables(db)
    await timerTables(db)
    await careTables(db)
    await db.schema.alterTable('visits').addColumn('form', 'text').execute()
  },
})

async function ladderTables(db: AnyDb): Promise<void> {
  await table(db, 'ladder_runs', {
    id: 'text',
    ticket: 'text',
    community: 'text',
    resident: 'text?',
    ladder: 'text',
    version: 'int',
    name: 'text',
    call_sheet: 'text',
    status: 'text',
    hold_ms: 'int?',
    held_until: 'int?',
    taken_by: 'text?',
    created_at: 'int',
    updated_at: 'int',
    ended_at: 'int?',
    revision: 'int',
  }).execute()
  await index(db, 'ladder_runs', ['ticket'])
  await index(db, 'ladder_runs', ['resident', 'status'])
  await table(
    db,
    'ladder_steps',
    {
      run: 'text',
      position: 'int',
      id: 'text',
      who: 'text',
      how: 'text',
      name: 'text',
      message: 'text?',
      wait_ms: 'int',
      parallel: 'int',
      stops: 'text',
      target: 'text?',
      state: 'text',
      started_at: 'int?',
      due_at: 'int?',
      ended_at: 'int?',
      answer: 'text?',
      answered_by: 'text?',
      note: 'text?',
      told: 'text',
      notices: 'text',
    },
    ['run', 'position'],
  ).execute()
  await table(
    db,
    'ladder_links',
    {
      token_hash: 'text',
      run: 'text',
      step: 'text',
      person: 'text',
      language: 'text',
      created_at: 'int',
      expires_at: 'int',
      used_at: 'int?',
    },
    ['token_hash'],
  ).execute()
  await index(db, 'ladder_links', ['run'])
}

async function timerTables(db: AnyDb): Promise<void> {
  await table(db, 'deadlines', {
    id: 'text',
    kind: 'text',
    payload: 'text',
    due_at: 'int',
    attempts: 'int',
    created_at: 'int',
  }).execute()
  await index(db, 'deadlines', ['due_at'])
  await table(db, 'steady_clock', {
    id: 'int',
    boot: 'text',
    mono_ms: 'int',
    steady_ms: 'int',
    wall_ms: 'int',
    wall_steady_ms: 'int',
    doubt: 'int',
  }).execute()
}

async function careTables(db: AnyDb): Promise<void> {
  await table(db, 'contacts', {
    id: 'text',
    resident: 'text',
    community: 'text',
    name: 'text',
    relation: 'text',
    phone: 'text?',
    email: 'text?',
    language: 'text',
    position: 'int',
    created_at: 'int',
    updated_at: 'int',
  }).execute()
  await index(db, 'contacts', ['resident', 'position'])
  await table(
    db,
    'care_plans',
    {
      resident: 'text',
      community: 'text',
      level: 'text',
      schedule: 'text?',
      worker: 'text?',
      notes: 'text',
      emergency: 'text?',
      since: 'int',
      updated_at: 'int',
      updated_by: 'text',
    },
    ['resident'],
  ).execute()
}
