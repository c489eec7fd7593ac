import { createHmac } from 'node:crypto'

/**
 * HMAC-SHA256 of community, ":" and the code with the box's pass key, in hex: what roster, databases and
 * log hold of a card or PIN. A PIN has six digits, so whoever reads a plain hash has the PIN; without the
 * key, which lies outside the databases, this one cannot be searched (docs/adr/0005).
 */
export const codeHash = (passKey: string, community: string, code: string): string =>
  createHmac('sha256', passKey).update(`${community}:${code}`).digest('hex')
