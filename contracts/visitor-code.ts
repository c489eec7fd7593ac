import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The text of a visitor's QR code: `LV1.{visitor}.{signature}`, HMAC-SHA256 with the box's pass key over
 * version, community and visitor, 128 bits of it. Who, when and how often stands in the roster, so that a
 * visit can be changed and revoked; the signature keeps codes from being guessed or made elsewhere.
 */
const version = 'LV1'

export const signVisitorCode = (passKey: string, community: string, visitor: string): string =>
  `${version}.${visitor}.${signature(passKey, community, visitor)}`

/** Id of the visitor whom the code names, and whether the signature is ours; null where it is no such code. */
export function readVisitorCode(
  passKey: string,
  community: string,
  code: string,
): { readonly visitor: string; readonly genuine: boolean } | null {
  const [mark, visitor, given, ...rest] = code.trim().split('.')
  if (mark !== version || visitor === undefined || given === undefined || rest.length > 0)
    return null
  const expected = Buffer.from(signature(passKey, community, visitor))
  const got = Buffer.from(given)
  return { visitor, genuine: got.length === expected.length && timingSafeEqual(got, expected) }
}

const signature = (passKey: string, community: string, visitor: string): string =>
  createHmac('sha256', passKey)
    .update(`${version}.${community}.${visitor}`)
    .digest()
    .subarray(0, 16)
    .toString('base64url')
