import { createHash, timingSafeEqual } from 'node:crypto'
import type { RosterCredential } from '../../contracts/roster.ts'

const secretBytesMax = 1_024
/** Compared against where the name is unknown, so that both cases take the same time. */
const noHash = Buffer.alloc(32)

/** SHA-256 over the salt's bytes, then the secret's UTF-8 bytes. */
export const hashSecret = (saltHex: string, secret: Uint8Array): Buffer =>
  createHash('sha256').update(Buffer.from(saltHex, 'hex')).update(secret).digest()

export function secretFits(credential: RosterCredential | null, secret: Uint8Array): boolean {
  const given = secret.length > secretBytesMax ? secret.subarray(0, secretBytesMax) : secret
  const hash = hashSecret(credential?.saltHex ?? '00', given)
  const kept = credential === null ? noHash : Buffer.from(credential.hashHex, 'hex')
  const equal = kept.length === hash.length && timingSafeEqual(kept, hash)
  return equal && credential !== null && secret.length <= secretBytesMax
}

export interface SignIn {
  readonly username: string
  readonly secret: Uint8Array
  /** Both in the name: a way for adapters alone. */
  readonly token: boolean
}

/**
 * Name and password, or both in the name alone: devices of ThingsBoard have nothing but an access token, which is
 * `USERNAME.PASSWORD` with us. Our passwords have no dot.
 */
export function signInOf(username: string | undefined, password: Uint8Array | undefined): SignIn {
  const name = username ?? ''
  const cut = name.lastIndexOf('.')
  if (password !== undefined && password.length > 0)
    return { username: name, secret: password, token: false }
  if (cut <= 0) return { username: name, secret: Buffer.alloc(0), token: false }
  const secret = Buffer.from(name.slice(cut + 1))
  return { username: name.slice(0, cut), secret, token: true }
}

/** The same secret with the same rights: a connection made with the one may go on under the other. */
export const sameCredential = (a: RosterCredential, b: RosterCredential): boolean =>
  a.saltHex === b.saltHex &&
  a.hashHex === b.hashHex &&
  a.kind === b.kind &&
  a.community === b.community &&
  a.device === b.device &&
  a.prefixes.length === b.prefixes.length &&
  a.prefixes.every((prefix, i) => prefix === b.prefixes[i])
