import { createHash, randomBytes } from 'node:crypto'
import type { RosterCredential } from '../../contracts/roster.ts'
import type { Trx } from '../db/open.ts'
import { credentialOf } from '../roster/rows.ts'

export interface NewCredential {
  readonly username: string
  readonly kind: RosterCredential['kind']
  readonly community: string
  readonly device: string | null
  readonly prefixes: readonly string[]
}

export interface Issued {
  readonly mqtt: { readonly username: string; readonly password: string }
  readonly credential: RosterCredential
}

/** `demo.door-3`: a dot stands in neither slug, so no two devices share a name. */
export const usernameOf = (community: string, device: string): string => `${community}.${device}`

/**
 * Issues a password of 192 random bits, replacing the one before under the same name. Only its salted
 * SHA-256 is kept: what cannot be guessed need not be hashed slowly.
 */
export async function issueCredential(
  trx: Trx,
  wanted: NewCredential,
  now: number,
): Promise<Issued> {
  const password = randomBytes(24).toString('base64url')
  const salt = randomBytes(16)
  const row = {
    username: wanted.username,
    salt_hex: salt.toString('hex'),
    hash_hex: createHash('sha256').update(salt).update(password).digest('hex'),
    kind: wanted.kind,
    community: wanted.community,
    device: wanted.device,
    prefixes: JSON.stringify(wanted.prefixes),
    created_at: now,
  }
  await trx.deleteFrom('mqtt_credentials').where('username', '=', wanted.username).execute()
  await trx.insertInto('mqtt_credentials').values(row).execute()
  return { mqtt: { username: wanted.username, password }, credential: credentialOf(row) }
}

/** False when there is none with that name. */
export async function revokeCredential(trx: Trx, username: string): Promise<boolean> {
  const result = await trx
    .deleteFrom('mqtt_credentials')
    .where('username', '=', username)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}
