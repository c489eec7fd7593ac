import { newId } from '../../contracts/ids.ts'
import { fromJson } from '../db/json.ts'
import type { Db } from '../db/open.ts'
import { randomOf } from '../random.ts'
import type { Principal, Scope } from './principal.ts'
import { hashToken, newToken } from './tokens.ts'

export interface ApiKeyItem {
  readonly id: string
  readonly name: string
  readonly scopes: Scope[]
  readonly createdAt: number
}

/** Makes a key for a machine; it is shown once and stored hashed. */
export async function createApiKey(
  db: Db,
  key: { name: string; scopes: readonly Scope[]; createdBy: string },
  now: number,
): Promise<{ id: string; key: string }> {
  const token = newToken('lk')
  const id = newId('apiKey', now, randomOf)
  await db
    .insertInto('api_keys')
    .values({
      id,
      name: key.name,
      key_hash: hashToken(token),
      scopes: JSON.stringify(key.scopes),
      created_by: key.createdBy,
      created_at: now,
    })
    .execute()
  return { id, key: token }
}

/** A key with scope `gateway` is a box; any other carries its scopes only. Made by an admin, it sees every area. */
export async function findApiKey(db: Db, token: string): Promise<Principal | null> {
  const row = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('key_hash', '=', hashToken(token))
    .executeTakeFirst()
  if (row === undefined) return null
  const scopes = fromJson(row.scopes) as Scope[]
  return {
    kind: scopes.includes('gateway') ? 'service' : 'key',
    id: row.id,
    name: row.name,
    role: scopes.includes('gateway') ? 'gateway' : null,
    areas: null,
    unit: null,
    scopes,
    mustChangePassword: false,
    session: null,
    account: null,
  }
}

export async function listApiKeys(db: Db): Promise<ApiKeyItem[]> {
  const rows = await db.selectFrom('api_keys').selectAll().orderBy('id').limit(1_000).execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    scopes: fromJson(row.scopes) as Scope[],
    createdAt: row.created_at,
  }))
}

/** False when there is none with that id. */
export async function removeApiKey(db: Db, id: string): Promise<boolean> {
  const result = await db.deleteFrom('api_keys').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}
