import { codeHash } from '../../contracts/code-hash.ts'
import { readVisitorCode } from '../../contracts/visitor-code.ts'

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

/** Where readers put what they have read, and what kind that says it is. */
const codeNames: Readonly<Record<string, Presented['method']>> = {
  code: null,
  credential: null,
  value: null,
  token: null,
  card: 'card',
  cardNumber: 'card',
  cardNo: 'card',
  cardId: 'card',
  uid: 'card',
  pin: 'pin',
  password: 'pin',
  qr: 'qr',
  qrCode: 'qr',
}

/**
 * The payload of a `credential.presented` event with the code in `data` replaced by `data.codeHash`, or by
 * `data.visitor` and `data.genuine` where it is a visitor's QR code, before anything writes it; every
 * other payload as it is. Of the rest only the method is kept: a reader may have put the code anywhere,
 * and who has read the roster's hashes must not open doors with them.
 */
export function withoutCode(community: string, payload: Uint8Array, passKey: string): Uint8Array {
  const event = parsed(payload)
  if (!isRecord(event) || event['type'] !== 'credential.presented') return payload
  const { id, ts, type } = event
  const given = isRecord(event['data']) ? event['data'] : {}
  const named = Object.keys(codeNames).find((name) => codeText(given[name]) !== null)
  const code = named === undefined ? null : codeText(given[named])
  const method = saidMethod(given['method']) ?? codeNames[named ?? ''] ?? null
  const data = {
    ...(method === null ? {} : { method }),
    ...(code === null ? {} : readCode(community, code, passKey)),
  }
  return Buffer.from(JSON.stringify({ id, ts, type, data }))
}

/** Some readers send digits as a number; leading zeros are lost with it, so a text is better. */
function codeText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return Number.isSafeInteger(value) ? String(value) : null
}

const saidMethod = (method: unknown): Presented['method'] =>
  method === 'card' || method === 'pin' || method === 'qr' ? method : null

function readCode(community: string, code: string, passKey: string): object {
  const pass = readVisitorCode(passKey, community, code)
  if (pass === null) return { codeHash: codeHash(passKey, community, code) }
  return { visitor: pass.visitor.slice(0, 128), genuine: pass.genuine }
}

/** The same event's data after `withoutCode`; null where the reader read nothing. */
export function readPresented(data: Readonly<Record<string, unknown>>): Presented | null {
  const { codeHash, visitor, genuine, method } = data
  const hash = typeof codeHash === 'string' ? codeHash : null
  const named = typeof visitor === 'string' ? visitor : null
  if (hash === null && named === null) return null
  const said = saidMethod(method)
  return { codeHash: hash, visitor: named, genuine: genuine === true, method: said }
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return null
  }
}
