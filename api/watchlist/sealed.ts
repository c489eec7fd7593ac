import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import type { Random } from '../random.ts'

/**
 * Pictures that wait for an approval lie in the store sealed: AES-256-GCM, a nonce each, under a key that
 * is derived from the box's pass key and is not in the store (control C3).
 */
export function seal(
  passKey: string,
  id: string,
  pictures: readonly string[],
  random: Random,
): string {
  const nonce = Buffer.from(random(12))
  const cipher = createCipheriv('aes-256-gcm', keyOf(passKey), nonce).setAAD(aad(id))
  const text = JSON.stringify(pictures)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** Throws when the text was changed, or sealed for another entry or under another key. */
export function unseal(passKey: string, id: string, sealed: string): string[] {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(passKey), bytes.subarray(0, 12))
    .setAAD(aad(id))
    .setAuthTag(bytes.subarray(12, 28))
  const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
  return JSON.parse(text.toString('utf8')) as string[]
}

const keyOf = (passKey: string): Buffer =>
  Buffer.from(hkdfSync('sha256', passKey, '', 'linli watch-list pictures', 32))
const aad = (id: string): Buffer => createHash('sha256').update(id).digest()
