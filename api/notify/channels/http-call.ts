import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { OutgoingAddresses } from '../../../config/outgoing-address.ts'
import type { Outcome } from './channel.ts'

export interface HttpCall {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
  /** Of the header `retry-after`, ms; null where it says nothing. */
  readonly retryAfterMs: number | null
}

export type Called = { readonly answer: HttpAnswer } | { readonly refused: Outcome }

/** Calls one address, checked and pinned; follows nothing. */
export type CallHttp = (call: HttpCall) => Promise<Called>

/** All addresses of a name; throws where it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>

export interface HttpCallOptions {
  readonly timeoutMs?: number
  /** Left out: as the machine resolves names. */
  readonly resolve?: Resolve | undefined
  readonly answerBytesMax?: number
}

/**
 * The name is resolved here and the connection goes to the address that was checked, so that a name
 * cannot answer differently the second time. Redirects are refusals: nobody follows them.
 */
export function createHttpCall(
  addresses: OutgoingAddresses,
  options: HttpCallOptions = {},
): CallHttp {
  const { timeoutMs = 10_000, answerBytesMax = 64 * 1024, resolve } = options
  return async (call) => {
    const url = new URL(call.url)
    const pinned = await pin(url.hostname, addresses, resolve)
    if ('refused' in pinned) return pinned
    try {
      const deadline = AbortSignal.timeout(timeoutMs)
      const answer = await exchange(url, call, pinned.address, deadline, answerBytesMax)
      return answer.status >= 300 && answer.status < 400
        ? { refused: redirected(answer) }
        : { answer }
    } catch (error) {
      return { refused: { kind: 'retry', ...troubleOf(error, timeoutMs) } }
    }
  }
}

/** Whatever its body claims: nobody took the message. Where it points to is not told, it may hold a token. */
const redirected = ({ status }: HttpAnswer): Outcome => ({
  kind: 'failed',
  code: 'redirect',
  detail: `HTTP ${status}: redirects are not followed`,
})

const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address)

export type Pinned = { readonly address: string } | { readonly refused: Outcome }

/** The address of a host, if every address that the name has may be called. */
export async function pin(
  hostname: string,
  addresses: OutgoingAddresses,
  resolve: Resolve = systemResolve,
): Promise<Pinned> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  let found: readonly string[]
  try {
    found = isIP(host) === 0 ? await resolve(host) : [host]
  } catch {
    return { refused: { kind: 'retry', code: 'dns', detail: `${host} cannot be resolved` } }
  }
  for (const address of found) {
    const why = addresses.whyNot(address)
    if (why !== null)
      return { refused: { kind: 'failed', code: 'address-refused', detail: `${host}: ${why}` } }
  }
  const [address] = found
  if (address === undefined)
    return { refused: { kind: 'retry', code: 'dns', detail: `${host} has no address` } }
  return { address }
}

function exchange(
  url: URL,
  call: HttpCall,
  address: string,
  signal: AbortSignal,
  answerBytesMax: number,
): Promise<HttpAnswer> {
  const family = isIP(address)
  const pinned: LookupFunction = (_host, options, done) =>
    options.all === true ? done(null, [{ address, family }]) : done(null, address, family)
  return new Promise((resolve, reject) => {
    const body = call.body === null ? null : Buffer.from(call.body)
    const outgoing = (url.protocol === 'https:' ? secure : plain)(
      url,
      {
        method: call.method,
        headers: { ...call.headers, ...(body === null ? {} : { 'content-length': body.length }) },
        lookup: pinned,
        agent: false,
        signal,
      },
      (incoming) => {
        read(incoming, answerBytesMax).then(
          (text) =>
            resolve({
              status: incoming.statusCode ?? 0,
              text,
              retryAfterMs: retryAfter(incoming.headers['retry-after']),
            }),
          reject,
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function read(incoming: IncomingMessage, bytesMax: number): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of incoming) {
    const chunk = part as Buffer
    bytes += chunk.length
    if (bytes > bytesMax) {
      incoming.destroy()
      throw new Error('answer too long')
    }
    parts.push(chunk)
  }
  return Buffer.concat(parts).toString('utf8')
}

function retryAfter(header: string | undefined): number | null {
  if (header === undefined || !/^\d{1,6}$/.test(header)) return null
  return Math.min(Number(header), 3_600) * 1_000
}

/** What went wrong, without the address: it may hold a token. */
function troubleOf(error: unknown, timeoutMs: number): { code: string; detail: string } {
  const { name, code, message } = error as { name?: string; code?: string; message?: string }
  if (name === 'AbortError' || name === 'TimeoutError')
    return { code: 'timeout', detail: `no answer within ${timeoutMs} ms` }
  return { code: code ?? 'network', detail: code ?? message ?? 'network' }
}
