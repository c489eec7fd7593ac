import { limits } from '../../contracts/limits.ts'
import { readingNamePattern } from '../../contracts/payloads.ts'
import type { DeviceTopic } from '../../contracts/topics.ts'
import type { Input, Reading } from '../model/input.ts'
import { deviceTime } from './device-time.ts'
import { type Refusal, refuse } from './payload-text.ts'

/** What a telemetry message became. */
export interface TelemetryOutcome {
  readonly inputs: Input[]
  /** The first refused element, and how many there were. */
  refusal: Refusal | null
  refused: number
  clockMarked: number
}

type Json = Readonly<Record<string, unknown>>
type From = Pick<DeviceTopic, 'community' | 'device'>

const nameMax = 64
const stringMax = 1_024
const namePattern = new RegExp(readingNamePattern)

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function refuseValue(name: string, value: unknown): Refusal | null {
  if (!namePattern.test(name))
    return refuse('payload.invalid', `reading name ${JSON.stringify(name.slice(0, nameMax))}`)
  if (typeof value === 'number')
    return Number.isFinite(value) ? null : refuse('payload.not-finite', `${name} is not finite`)
  if (typeof value === 'boolean' || value === null) return null
  if (typeof value !== 'string') return refuse('payload.invalid', `${name} is no scalar`)
  return value.length <= stringMax ? null : refuse('payload.invalid', `${name} is too long`)
}

function refuseValues(values: Json): Refusal | null {
  let count = 0
  for (const name in values) {
    if (++count > limits.valuesPerReadingMax)
      return refuse('payload.invalid', `more than ${limits.valuesPerReadingMax} values`)
    const refusal = refuseValue(name, values[name])
    if (refusal !== null) return refusal
  }
  return null
}

function refuseHead(ts: unknown, seq: unknown): Refusal | null {
  if (ts !== undefined && typeof ts !== 'number')
    return refuse('payload.invalid', 'ts is no number')
  if (ts !== undefined && !Number.isFinite(ts)) return refuse('payload.not-finite', 'ts')
  if (seq !== undefined && !(Number.isSafeInteger(seq) && (seq as number) >= 0))
    return refuse('payload.invalid', 'seq is no whole number from 0')
  return null
}

/** One element: `{ts, seq, values}` or a bare object of values. Null values say "nothing measured". */
function decodeElement(
  element: unknown,
  from: From,
  receivedAt: number,
  out: TelemetryOutcome,
): Refusal | null {
  if (!isRecord(element)) return refuse('payload.invalid', 'no object of readings')
  const nested = element['values']
  const wrapped = isRecord(nested)
  const values = wrapped ? nested : element
  const sentTs = wrapped ? element['ts'] : undefined
  const sentSeq = wrapped ? element['seq'] : undefined
  const refusal = refuseHead(sentTs, sentSeq) ?? refuseValues(values)
  if (refusal !== null) return refusal
  const time =
    sentTs === undefined
      ? { ts: receivedAt, marked: false }
      : deviceTime(sentTs as number, receivedAt)
  if (time.marked) out.clockMarked++
  const { ts, marked: clockMarked } = time
  const seq = sentSeq === undefined ? null : (sentSeq as number)
  const { community, device } = from
  out.inputs.push({
    kind: 'beat',
    community,
    device,
    ts,
    seq,
    receivedAt,
    ...(sentTs === undefined ? {} : { sentTs: sentTs as number }),
  })
  for (const name in values) {
    const value = values[name] as Reading['value'] | null
    if (value === null) continue
    out.inputs.push({
      kind: 'reading',
      community,
      device,
      name,
      ts,
      seq,
      value,
      receivedAt,
      clockMarked,
    })
  }
  return null
}

/** A parsed telemetry payload. A bad element of an array loses only itself. */
export function decodeTelemetry(parsed: unknown, from: From, receivedAt: number): TelemetryOutcome {
  const out: TelemetryOutcome = { inputs: [], refusal: null, refused: 0, clockMarked: 0 }
  if (!Array.isArray(parsed)) {
    out.refusal = decodeElement(parsed, from, receivedAt, out)
    if (out.refusal !== null) out.refused = 1
    return out
  }
  if (parsed.length > limits.readingsPerMessageMax) {
    out.refusal = refuse('payload.invalid', `more than ${limits.readingsPerMessageMax} readings`)
    out.refused = parsed.length
    return out
  }
  for (const element of parsed) {
    const refusal = decodeElement(element, from, receivedAt, out)
    if (refusal === null) continue
    out.refused++
    out.refusal ??= refusal
  }
  return out
}
