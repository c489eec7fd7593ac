import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Db } from '../db/open.ts'
import type { Random } from '../random.ts'
import type { Passwords } from './passwords.ts'
import { insertUser } from './users.ts'

/** Easy to read aloud and to type: no 0 O 1 l I. 20 of 32 signs are 100 bits. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789A'
const groups = 4
const groupLength = 5

export const adminPasswordFile = (home: string): string => join(home, 'admin-password.txt')

/**
 * On the very first start makes the user `admin`: with the password given, used as it is, or with a
 * random one that must be changed at first sign-in. The random one is left in a file of mode 0600 so
 * that the banner can show it; the file goes with the first change. There is no default password.
 */
export async function ensureFirstAdmin(
  deps: { db: Db; passwords: Passwords; random: Random },
  options: { home: string; password: string | null; now: number },
): Promise<boolean> {
  const anybody = await deps.db.selectFrom('users').select('id').limit(1).executeTakeFirst()
  if (anybody !== undefined) return false
  const password = options.password ?? randomPassword(deps.random)
  const passwordHash = await deps.passwords.hash(password)
  // The file first: a crash between the two leaves a file that the next start overwrites, never an
  // account that nobody can open.
  if (options.password === null) {
    await writeFile(adminPasswordFile(options.home), `${password}\n`, { mode: 0o600 })
  }
  await deps.db.transaction().execute((trx) =>
    insertUser(
      trx,
      {
        username: 'admin',
        name: '管理员',
        role: 'admin',
        areas: [],
        passwordHash,
        mustChangePassword: options.password === null,
      },
      options.now,
      deps.random,
    ),
  )
  return true
}

export const forgetFirstPassword = (home: string): Promise<void> =>
  rm(adminPasswordFile(home), { force: true })

function randomPassword(random: Random): string {
  const signs = [...random(groups * groupLength)].map((byte) => alphabet[byte % 32])
  return Array.from({ length: groups }, (_, i) =>
    signs.slice(i * groupLength, (i + 1) * groupLength).join(''),
  ).join('-')
}
