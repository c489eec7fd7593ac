import { createHash } from 'node:crypto'

export interface HttpSecret {
  readonly username: string
  readonly password: string
}

/** Answers a camera's challenge; says nothing before it was asked. Basic, and Digest with MD5 (RFC 7617, 7616). */
export class HttpAuth {
  readonly #secret: HttpSecret | null
  readonly #nonceOfClient: () => string
  #challenge: string | null = null
  #count = 0

  /** @param nonceOfClient 8 or more random characters, new at each call */
  constructor(secret: HttpSecret | null, nonceOfClient: () => string) {
    this.#secret = secret
    this.#nonceOfClient = nonceOfClient
  }

  /** @returns whether asking again makes sense */
  challenged(header: string | undefined): boolean {
    if (this.#secret === null || header === undefined) return false
    const stale = /stale\s*=\s*"?true/i.test(header)
    const fresh = this.#challenge === null || stale || this.#challenge !== header
    this.#challenge = header
    this.#count = 0
    return fresh && /^(basic|digest)\b/i.test(header)
  }

  /** The value of `Authorization` for the next request; null before a challenge. */
  header(method: string, path: string): string | null {
    const secret = this.#secret
    if (secret === null || this.#challenge === null) return null
    const { username, password } = secret
    if (/^basic\b/i.test(this.#challenge))
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const field = (name: string): string | undefined =>
      new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i')
        .exec(this.#challenge ?? '')
        ?.slice(1)
        .find((found) => found !== undefined)
    const realm = field('realm') ?? ''
    const nonce = field('nonce') ?? ''
    const opaque = field('opaque')
    const ha1 = md5(`${username}:${realm}:${password}`)
    const ha2 = md5(`${method}:${path}`)
    const parts = [`username="${username.replaceAll(/["\\]/g, '\\$&')}"`, `realm="${realm}"`]
    parts.push(`nonce="${nonce}"`, `uri="${path}"`)
    if (/\bauth\b/.test(field('qop') ?? '')) {
      this.#count += 1
      const nc = this.#count.toString(16).padStart(8, '0')
      const cnonce = this.#nonceOfClient()
      const response = md5([ha1, nonce, nc, cnonce, 'auth', ha2].join(':'))
      parts.push(`qop=auth`, `nc=${nc}`, `cnonce="${cnonce}"`, `response="${response}"`)
    } else parts.push(`response="${md5([ha1, nonce, ha2].join(':'))}"`)
    if (opaque !== undefined) parts.push(`opaque="${opaque}"`)
    return `Digest ${parts.join(', ')}`
  }
}

/** What RFC 7616 asks of both sides for old servers, as cameras are; it guards nothing of ours. */
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
