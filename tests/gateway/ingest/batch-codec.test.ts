import { describe, expect, it } from 'vitest'
import { BatchEncoder, decodeBatch, encodeRecords } from '../../../gateway/ingest/batch-codec.ts'
import { type LogRecord, recordKinds } from '../../../gateway/model/record.ts'

const plain = (records: readonly LogRecord[]) =>
  records.map((record) => ({ ...record, payload: Buffer.from(record.payload).toString('hex') }))

const made = (number: number): LogRecord => ({
  kind: recordKinds[number % 4] ?? 'publish',
  receivedAt: 1_795_000_000_000 + number / 3,
  topic: number % 4 === 0 ? `linli/v1/家/${number % 17}/telemetry` : '',
  client: `用户-${number % 5}`,
  retain: number % 3 === 0,
  payload: Buffer.alloc(number % 300, number),
})

// The log must give back exactly what was acknowledged, years later.
describe('batch codec', () => {
  it('gives back every record as it was', () => {
    const records = Array.from({ length: 5_000 }, (_, number) => made(number))
    expect(plain(decodeBatch(encodeRecords(records)))).toEqual(plain(records))
  })

  it('gives back large payloads and an empty batch', () => {
    const big = { ...made(1), payload: Buffer.alloc(3 * 1024 * 1024, 7) }
    expect(plain(decodeBatch(encodeRecords([big, made(2)])))).toEqual(plain([big, made(2)]))
    expect(decodeBatch(encodeRecords([]))).toEqual([])
  })

  it('starts over after each batch: nothing of one shows up in the next', () => {
    const encoder = new BatchEncoder()
    encoder.add(made(4))
    const first = encoder.take()
    encoder.add(made(8))
    expect(plain(decodeBatch(encoder.take()))).toEqual(plain([made(8)]))
    expect(plain(decodeBatch(first))).toEqual(plain([made(4)]))
  })

  it('names every source once', () => {
    const one = encodeRecords(Array.from({ length: 1_000 }, () => ({ ...made(4), topic: 't' })))
    expect(one.length).toBeLessThan(1_000 * (15 + 4) + 100)
  })

  it('throws on what is no batch', () => {
    expect(() => decodeBatch(Buffer.from('something else entirely'))).toThrow('wrong magic')
  })
})
