import type { Migration } from 'kysely'
import { index, table } from '../columns.ts'

/** Users, sessions, keys for machines. */
export const accounts = (): Migration => ({
  async up(db) {
    await table(db, 'users', {
      id: 'text',
      username: 'text',
      name: 'text',
      role: 'text',
      areas: 'text',
      unit: 'text?',
      password_hash: 'text',
      must_change_password: 'int',
      disabled: 'int',
      created_at: 'int',
      updated_at: 'int',
    }).execute()
    await index(db, 'users', ['username'], true)
    await table(db, 'sessions', {
      id: 'text',
      token_hash: 'text',
      user_id: 'text',
      created_at: 'int',
      expires_at: 'int',
    }).execute()
    await index(db, 'sessions', ['token_hash'], true)
    await index(db, 'sessions', ['user_id'])
    await table(db, 'api_keys', {
      id: 'text',
      name: 'text',
      key_hash: 'text',
      scopes: 'text',
      created_by: 'text',
      created_at: 'int',
    }).execute()
    await index(db, 'api_keys', ['key_hash'], true)
  },
})
