import { Compile } from 'typebox/compile'
import type { Quarantined } from '../../contracts/health.ts'
import { Ack, DeviceEvent, DeviceInfo } from '../../contracts/payloads.ts'
import { type DeviceTopic, parseDeviceTopic } from '../../contracts/topics.ts'
import type { CrossingFact, Fact, Input, Reading } from '../model/input.ts'
import { externalClient, type LogRecord } from '../model/record.ts'
import { deviceTime } from './device-time.ts'
import { checkTree, parseJson, payloadText, type Refusal, refuse } from './payload-text.ts'
import { decodeTelemetry } from './telemetry.ts'

/** What a record of the durable log says. Pure: the same record, the same answer. */
export interface Decoded {
  readonly inputs: readonly Input[]
  /** The message, or the first refused element of an array, with its code; null when all was well. */
  readonly quarantined: Quarantined | null
  /** Elements whose clock was outside the bounds (`payload.clock`); they count, they are not lost. */
  readonly clockMarked: number
}

const infoCheck = Compile(DeviceInfo)
const eventCheck = Compile(DeviceEvent)
const ackCheck = Compile(Ack)

const topicShownMax = 200
const nothing: Decoded = { inputs: [], quarantined: null, clockMarked: 0 }

export const asQuarantined = (record: LogRecord, refusal: Refusal): Quarantined => ({
  ts: record.receivedAt,
  topic: record.topic.slice(0, topicShownMax),
  client: record.client,
  code: refusal.code,
  detail: refusal.detail.slice(0, 500),
  bytes: record.payload.length,
})

const refused = (record: LogRecord, refusal: Refusal): Decoded => ({
  inputs: [],
  quarantined: asQuarantined(record, refusal),
  clockMarked: 0,
})

const one = (input: Input, clockMarked = 0): Decoded => ({
  inputs: [input],
  quarantined: null,
  clockMarked,
})

function decodeStatus(record: LogRecord, topic: DeviceTopic, text: string): Decoded {
  const word = text.trim().replaceAll('"', '')
  if (word !== 'online' && word !== 'offline')
    return refused(record, refuse('payload.invalid', 'status is `online` or `offline`'))
  return one({
    kind: 'status',
    community: topic.community,
    device: topic.device,
    online: word === 'online',
    retained: fromMemory(record),
    receivedAt: record.receivedAt,
  })
}

function decodeInfo(record: LogRecord, topic: DeviceTopic, parsed: unknown): Decoded {
  if (!infoCheck.Check(parsed))
    return refused(record, refuse('payload.invalid', 'not the shape of `info`'))
  return one({
    kind: 'info',
    community: topic.community,
    device: topic.device,
    info: parsed,
    client: record.client,
    receivedAt: record.receivedAt,
  })
}

function decodeEvent(record: LogRecord, topic: DeviceTopic, parsed: unknown): Decoded {
  if (!eventCheck.Check(parsed))
    return refused(record, refuse('payload.invalid', 'not the shape of `event`'))
  const time = deviceTime(parsed.ts, record.receivedAt)
  return one(
    {
      kind: 'event',
      community: topic.community,
      device: topic.device,
      id: parsed.id,
      ts: time.ts,
      type: parsed.type,
      data: parsed.data ?? {},
      receivedAt: record.receivedAt,
    },
    time.marked ? 1 : 0,
  )
}

/** An acknowledgement of a command becomes an event of type `ack`; its id is the command's. */
function decodeAck(record: LogRecord, topic: DeviceTopic, parsed: unknown): Decoded {
  if (!ackCheck.Check(parsed))
    return refused(record, refuse('payload.invalid', 'not the shape of `ack`'))
  return one({
    kind: 'event',
    community: topic.community,
    device: topic.device,
    id: `ack:${parsed.id}`,
    ts: record.receivedAt,
    type: 'ack',
    data: { id: parsed.id, ok: parsed.ok, error: parsed.error ?? null },
    receivedAt: record.receivedAt,
  })
}

/** What an external broker remembers is a state, and no word of the device: nobody counts, nobody is alive by it. */
const fromMemory = (record: LogRecord): boolean => record.retain && record.client === externalClient

const asRemembered = (inputs: readonly Input[]): Input[] =>
  inputs.flatMap((input) => (input.kind === 'reading' ? [{ ...input, retained: true }] : []))

function decodeReadings(record: LogRecord, topic: DeviceTopic, parsed: unknown): Decoded {
  const outcome = decodeTelemetry(parsed, topic, record.receivedAt)
  const { refusal, refused, clockMarked } = outcome
  const inputs = fromMemory(record) ? asRemembered(outcome.inputs) : outcome.inputs
  if (refusal === null) return { inputs, quarantined: null, clockMarked }
  const detail =
    refused > 1 ? `${refusal.detail} (and ${refused - 1} more elements)` : refusal.detail
  return { inputs, quarantined: asQuarantined(record, { code: refusal.code, detail }), clockMarked }
}

function decodePublish(record: LogRecord, topic: DeviceTopic | null): Decoded {
  if (topic === null)
    return refused(record, refuse('mqtt.topic-unknown', 'no decoder for this topic'))
  // An empty message only takes the retained one back; an external broker hands it on without the flag.
  const retains = topic.leaf === 'info' || topic.leaf === 'status'
  if (record.payload.length === 0 && (record.retain || retains)) return nothing
  const text = payloadText(record.payload)
  if (text === null) return refused(record, refuse('payload.not-json', 'not UTF-8'))
  if (topic.leaf === 'status') return decodeStatus(record, topic, text)
  const parsed = parseJson(text)
  if (parsed === undefined) return refused(record, refuse('payload.not-json', text.slice(0, 80)))
  if (topic.leaf === 'telemetry') return decodeReadings(record, topic, parsed)
  // Something that happened, told again at every subscription: it does not happen again.
  if (fromMemory(record) && topic.leaf !== 'info') return nothing
  const refusal = checkTree(parsed)
  if (refusal !== null) return refused(record, refusal)
  switch (topic.leaf) {
    case 'info':
      return decodeInfo(record, topic, parsed)
    case 'event':
      return decodeEvent(record, topic, parsed)
    case 'ack':
      return decodeAck(record, topic, parsed)
    case 'command':
    case 'frame':
      return refused(record, refuse('mqtt.topic-unknown', `${topic.leaf} is not recorded`))
  }
}

/** Facts are written by ourselves: their JSON is trusted, a broken one is a bug and throws. */
function decodeFact(record: LogRecord): Decoded {
  const fact = JSON.parse(payloadText(record.payload) ?? '') as Fact
  if (fact.kind !== 'crossing') return one(fact)
  return { inputs: [fact, ...countsOf(fact)], quarantined: null, clockMarked: 0 }
}

/** Written by ourselves as well: what an adapter made of the record that follows. */
const decodeDerived = (record: LogRecord): Input[] =>
  JSON.parse(payloadText(record.payload) ?? '') as Input[]

/** A camera's totals are readings like those of a people counter: stored, shown, ruled on. */
const countsOf = ({ community, camera, ts, receivedAt, totals }: CrossingFact): Reading[] =>
  (['peopleIn', 'peopleOut', 'vehiclesIn', 'vehiclesOut'] as const).map((name) => ({
    kind: 'reading',
    community,
    device: camera,
    name,
    ts,
    seq: null,
    value: totals[name],
    receivedAt,
    clockMarked: false,
  }))

/**
 * Inputs of one record. `roster` records change the roster and are no input of an engine. `parseTopic` may
 * be one that remembers: the same few topics come a thousand times a second.
 */
export function decode(record: LogRecord, parseTopic = parseDeviceTopic): Decoded {
  switch (record.kind) {
    case 'publish':
      return decodePublish(record, parseTopic(record.topic))
    case 'fact':
      return decodeFact(record)
    case 'tick':
      return one({ kind: 'tick', receivedAt: record.receivedAt })
    case 'derived':
      return { inputs: decodeDerived(record), quarantined: null, clockMarked: 0 }
    case 'roster':
    case 'rules':
      return nothing
  }
}
