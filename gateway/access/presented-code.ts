import { readVisitorCode } from '../../contracts/visitor-code.ts'
import { hashCode } from './decide-card.ts'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a reader read, as the log holds it. */
export interface Presented {
  readonly codeHash: string | null
  /** Visitor whom a QR code names. */
  readonly visitor: string | null
  /** The QR code is signed by this box. */
  readonly genuine: boolean
  /** As the reader says; null where it says nothing. */
  readonly method: 'card' | 'pin' | 'qr' | null
}

/**
 * The payload of a `credential.presented` event with `data.code` replaced by `data.codeHash`, or by
 * `data.visitor` and `data.genuine` where it is a visitor's QR code, before anything writes it; every
 * other payload as it is. What a device itself sends under these names is removed: who has read the
 * roster's hashes must not open doors with them. Without `passKey` no QR code is genuine.
 */
export function withoutCode(
  community: string,
  payload: Uint8Array,
  passKey: string | null = null,
): Uint8Array {
  const event = parsed(payload)
  if (!isRecord(event) || event['type'] !== 'credential.presented') return payload
  if (!isRecord(event['data'])) return payload
  const { code, codeHash: _hash, visitor: _visitor, genuine: _genuine, ...data } = event['data']
  const read = typeof code === 'string' ? readCode(community, code, passKey) : {}
  return Buffer.from(JSON.stringify({ ...event, data: { ...data, ...read } }))
}

function readCode(community: string, code: string, passKey: string | null): object {
  const pass = readVisitorCode(passKey ?? '', community, code)
  if (pass === null) return { codeHash: hashCode(community, code) }
  return { visitor: pass.visitor.slice(0, 128), genuine: passKey !== null && pass.genuine }
}

/** The same event's data after `withoutCode`; null where the reader read nothing. */
export function readPresented(data: Readonly<Record<string, unknown>>): Presented | null {
  const { codeHash, visitor, genuine, method } = data
  const hash = typeof codeHash === 'string' ? codeHash : null
  const named = typeof visitor === 'string' ? visitor : null
  if (hash === null && named === null) return null
  const said = method === 'card' || method === 'pin' || method === 'qr' ? method : null
  return { codeHash: hash, visitor: named, genuine: genuine === true, method: said }
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return null
  }
}
