import type { Selectable } from 'kysely'
import { CodedError } from '../../contracts/errors.ts'
import type { Account, Role } from '../../contracts/http/auth.ts'
import { newId } from '../../contracts/ids.ts'
import { fromJson } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import type { UsersTable } from '../db/schema.ts'
import { type Random, randomOf } from '../random.ts'

export type UserRow = Selectable<UsersTable>

export const accountOf = (row: UserRow): Account => ({
  id: row.id,
  username: row.username,
  name: row.name,
  role: row.role as Account['role'],
  areas: fromJson(row.areas) as string[],
  unit: row.unit,
  mustChangePassword: row.must_change_password === 1,
  ...(row.resident === null ? {} : { resident: row.resident }),
})

export interface NewUser {
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly areas?: readonly string[] | undefined
  readonly unit?: string | undefined
  readonly resident?: string | undefined
  readonly passwordHash: string
  readonly mustChangePassword: boolean
}

/** Inserts a user; `conflict.exists` when the name is taken. */
export async function insertUser(
  trx: Trx,
  user: NewUser,
  now: number,
  random: Random = randomOf,
): Promise<Account> {
  const taken = await findUserByName(trx, user.username)
  if (taken !== null) throw new CodedError('conflict.exists', `user ${user.username}`)
  const row: UserRow = {
    id: newId('user', now, random),
    username: user.username,
    name: user.name,
    role: user.role,
    areas: JSON.stringify(user.areas ?? []),
    unit: user.unit ?? null,
    password_hash: user.passwordHash,
    must_change_password: user.mustChangePassword ? 1 : 0,
    disabled: 0,
    resident: user.resident ?? null,
    created_at: now,
    updated_at: now,
  }
  await trx.insertInto('users').values(row).execute()
  return accountOf(row)
}

export async function findUser(db: Db | Trx, id: string): Promise<UserRow | null> {
  return (await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

export async function findUserByName(db: Db | Trx, username: string): Promise<UserRow | null> {
  const found = await db
    .selectFrom('users')
    .selectAll()
    .where('username', '=', username)
    .executeTakeFirst()
  return found ?? null
}

/** Everybody who is not disabled, by name. Bounded by `limit`. */
export async function listUsers(db: Db, after: string, limit: number): Promise<UserRow[]> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('username', '>', after)
    .orderBy('username')
    .limit(limit)
    .execute()
}

export interface UserChange {
  readonly name?: string | undefined
  readonly role?: Role | undefined
  readonly areas?: readonly string[] | undefined
  readonly unit?: string | undefined
  readonly resident?: string | undefined
  readonly disabled?: boolean | undefined
  readonly passwordHash?: string | undefined
}

/** Applies what is given. The last admin who can sign in can be neither demoted nor disabled. */
export async function updateUser(
  trx: Trx,
  id: string,
  change: UserChange,
  now: number,
): Promise<Account> {
  const row = await findUser(trx, id)
  if (row === null) throw new CodedError('not-found', `user ${id}`)
  const next: UserRow = {
    ...row,
    name: change.name ?? row.name,
    role: change.role ?? row.role,
    areas: change.areas === undefined ? row.areas : JSON.stringify(change.areas),
    unit: change.unit ?? row.unit,
    resident: change.resident ?? row.resident,
    disabled: change.disabled === undefined ? row.disabled : Number(change.disabled),
    password_hash: change.passwordHash ?? row.password_hash,
    updated_at: now,
  }
  if (row.role === 'admin' && (next.role !== 'admin' || next.disabled === 1)) {
    const others = await trx
      .selectFrom('users')
      .select('id')
      .where('role', '=', 'admin')
      .where('disabled', '=', 0)
      .where('id', '!=', id)
      .executeTakeFirst()
    if (others === undefined) throw new CodedError('auth.forbidden', 'the last admin must stay one')
  }
  await trx.updateTable('users').set(next).where('id', '=', id).execute()
  if (next.disabled === 1 || change.passwordHash !== undefined) {
    await trx.deleteFrom('sessions').where('user_id', '=', id).execute()
  }
  return accountOf(next)
}
