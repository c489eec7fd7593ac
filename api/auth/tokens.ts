import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits with a prefix that says what it opens and lets a secret scanner find it. */
export const newToken = (prefix: 'ls' | 'lk'): string =>
  `${prefix}_${randomBytes(32).toString('base64url')}`

/** Tokens are random, so one round of SHA-256 is enough to keep them out of the database. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
