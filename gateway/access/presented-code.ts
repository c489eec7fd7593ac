import { hashCode } from './decide-card.ts'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The payload of a `credential.presented` event with `data.code` replaced by `data.codeHash`, before anything
 * writes it; every other payload as it is. A `codeHash` that the device itself sends is removed: who
 * has read the roster's hashes must not open doors with them.
 */
export function withoutCode(community: string, payload: Uint8Array): Uint8Array {
  const event = parsed(payload)
  if (!isRecord(event) || event['type'] !== 'credential.presented') return payload
  if (!isRecord(event['data'])) return payload
  const { code, codeHash: _untrusted, ...data } = event['data']
  const hashed =
    typeof code === 'string' ? { ...data, codeHash: hashCode(community, code) } : { ...data }
  return Buffer.from(JSON.stringify({ ...event, data: hashed }))
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return null
  }
}
