import { type LogRecord, type RecordKind, recordKinds } from '../model/record.ts'

/**
 * A batch of records as one block of bytes: what the main thread hands to the pipeline and what stands
 * in the durable log. Little endian.
 *
 * | part | layout |
 * |---|---|
 * | head, 16 bytes | magic `LNB1`, records u32, offset of the sources u32, sources u32 |
 * | each record | kind and retain u8, source u16, payload bytes u32, received f64 (epoch ms), payload |
 * | each source | number u16, topic bytes u16, client bytes u16, topic, client |
 *
 * A source is a pair of topic and client: a batch of a thousand readings names its few topics once.
 */
const magic = 0x31_42_4e_4c
const headBytes = 16
const recordHeadBytes = 15
const sourcesMax = 65_535
const retainBit = 0x80

const kindNumbers: Record<RecordKind, number> = {
  publish: 0,
  fact: 1,
  roster: 2,
  tick: 3,
  derived: 4,
  rules: 5,
}

export class BatchEncoder {
  #buffer: Buffer
  #at = headBytes
  #count = 0
  #sourceCount = 0
  /** Bytes that the sources will take at the end. */
  #sourceBytes = 0
  #sources = new Map<string, Map<string, number>>()

  constructor(initialBytes = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  get count(): number {
    return this.#count
  }
  get bytes(): number {
    return this.#at + this.#sourceBytes
  }
  get full(): boolean {
    return this.#sourceCount >= sourcesMax
  }

  add(record: LogRecord): void {
    const source = this.#source(record.topic, record.client)
    const payload = record.payload
    const length = payload.length
    this.#reserve(recordHeadBytes + length)
    const buffer = this.#buffer
    const at = this.#at
    buffer[at] = kindNumbers[record.kind] | (record.retain ? retainBit : 0)
    buffer.writeUInt16LE(source, at + 1)
    buffer.writeUInt32LE(length, at + 3)
    buffer.writeDoubleLE(record.receivedAt, at + 7)
    buffer.set(payload, at + recordHeadBytes)
    this.#at = at + recordHeadBytes + length
    this.#count++
  }

  /** The finished batch in memory of its own, ready to be transferred; the encoder starts over. */
  take(): Uint8Array<ArrayBuffer> {
    const sourcesAt = this.#at
    this.#reserve(this.#sourceBytes)
    for (const [topic, clients] of this.#sources)
      for (const client of clients.keys()) this.#writeSource(topic, client)
    const buffer = this.#buffer
    buffer.writeUInt32LE(magic, 0)
    buffer.writeUInt32LE(this.#count, 4)
    buffer.writeUInt32LE(sourcesAt, 8)
    buffer.writeUInt32LE(this.#sourceCount, 12)
    const done = new Uint8Array(buffer.buffer as ArrayBuffer, 0, this.#at)
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(64 * 1024, Math.min(buffer.length, 1 << 20)))
    this.#at = headBytes
    this.#count = 0
    this.#sourceCount = 0
    this.#sourceBytes = 0
    this.#sources = new Map()
    return done
  }

  /** Each source is written with its number, so their order in the block does not matter. */
  #source(topic: string, client: string): number {
    let clients = this.#sources.get(topic)
    const known = clients?.get(client)
    if (known !== undefined) return known
    if (clients === undefined) {
      clients = new Map()
      this.#sources.set(topic, clients)
    }
    const number = this.#sourceCount++
    clients.set(client, number)
    this.#sourceBytes += 6 + Buffer.byteLength(topic) + Buffer.byteLength(client)
    return number
  }

  #writeSource(topic: string, client: string): void {
    const number = this.#sources.get(topic)?.get(client) ?? 0
    const buffer = this.#buffer
    const at = this.#at
    const topicBytes = buffer.write(topic, at + 6)
    const clientBytes = buffer.write(client, at + 6 + topicBytes)
    buffer.writeUInt16LE(number, at)
    buffer.writeUInt16LE(topicBytes, at + 2)
    buffer.writeUInt16LE(clientBytes, at + 4)
    this.#at = at + 6 + topicBytes + clientBytes
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#at)
    this.#buffer = grown
  }
}

interface Source {
  readonly topic: string
  readonly client: string
}

function readSources(buffer: Buffer, offset: number, count: number): Source[] {
  const sources: Source[] = Array.from({ length: count }, () => ({ topic: '', client: '' }))
  let at = offset
  for (let i = 0; i < count; i++) {
    const number = buffer.readUInt16LE(at)
    const topicEnd = at + 6 + buffer.readUInt16LE(at + 2)
    const clientEnd = topicEnd + buffer.readUInt16LE(at + 4)
    sources[number] = {
      topic: buffer.toString('utf8', at + 6, topicEnd),
      client: buffer.toString('utf8', topicEnd, clientEnd),
    }
    at = clientEnd
  }
  return sources
}

/** The records of a batch; payloads are views into it. Throws when the bytes are no batch. */
export function decodeBatch(bytes: Uint8Array): LogRecord[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < headBytes || buffer.readUInt32LE(0) !== magic)
    throw new Error('not a batch: wrong magic')
  const count = buffer.readUInt32LE(4)
  const sources = readSources(buffer, buffer.readUInt32LE(8), buffer.readUInt32LE(12))
  const records: LogRecord[] = []
  let at = headBytes
  for (let i = 0; i < count; i++) {
    const flags = buffer.readUInt8(at)
    const source = sources[buffer.readUInt16LE(at + 1)]
    const kind = recordKinds[flags & ~retainBit]
    if (source === undefined || kind === undefined) throw new Error('not a batch: broken record')
    const start = at + recordHeadBytes
    const end = start + buffer.readUInt32LE(at + 3)
    records.push({
      kind,
      receivedAt: buffer.readDoubleLE(at + 7),
      topic: source.topic,
      client: source.client,
      retain: (flags & retainBit) !== 0,
      payload: buffer.subarray(start, end),
    })
    at = end
  }
  return records
}

/** One record as a batch of its own. */
export function encodeRecords(records: readonly LogRecord[]): Uint8Array<ArrayBuffer> {
  const encoder = new BatchEncoder()
  for (const record of records) encoder.add(record)
  return encoder.take()
}
