import { describe, expect, it } from 'vitest'
import { minuteMs, dayMs } from '../../../contracts/clock.ts'
import { decode } from '../../../gateway/ingest/decode.ts'
import type { LogRecord } from '../../../gateway/model/record.ts'

const receivedAt = 1_795_000_000_000
const record = (leaf: string, payload: string | Uint8Array, retain = false): LogRecord => ({
  kind: 'publish',
  receivedAt,
  topic: `linli/v1/home/d1/${leaf}`,
  client: 'home.d1',
  retain,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
})
const readings = (payload: string) =>
  decode(record('telemetry', payload)).inputs.filter((input) => input.kind === 'reading')
const code = (leaf: string, payload: string | Uint8Array): string | undefined =>
  decode(record(leaf, payload)).quarantined?.code

const one = (leaf: string, payload: string) => decode(record(leaf, payload)).inputs

// The one door by which words of devices come in: what passes here is believed by rules and care.
describe('decode', () => {
  it('reads the three forms of telemetry', () => {
    expect(readings(`{"ts":${receivedAt - 5},"seq":7,"values":{"temperature":21.5}}`)).toEqual([
      {
        kind: 'reading',
        community: 'home',
        device: 'd1',
        name: 'temperature',
        ts: receivedAt - 5,
        seq: 7,
        value: 21.5,
        receivedAt,
        clockMarked: false,
      },
    ])
    expect(readings('{"smoke":true,"mode":"auto"}')).toMatchObject([
      { name: 'smoke', value: true, seq: null, ts: receivedAt },
      { name: 'mode', value: 'auto' },
    ])
    expect(readings('[{"a":1},{"values":{"b":2}}]')).toMatchObject([{ name: 'a' }, { name: 'b' }])
  })

  it('makes one beat per message, also of one without values: the device was alive', () => {
    const { inputs } = decode(record('telemetry', `{"ts":${receivedAt},"seq":1,"values":{}}`))
    expect(inputs).toMatchObject([{ kind: 'beat', seq: 1 }])
    expect(readings('{"temperature":null}')).toEqual([])
  })

  it.each([
    ['telemetry', '{"temperature":NaN}', 'payload.not-json'],
    ['telemetry', '{"temperature":Infinity}', 'payload.not-json'],
    ['telemetry', '{"temperature":1e999}', 'payload.not-finite'],
    ['telemetry', '{"ts":1e999,"values":{"a":1}}', 'payload.not-finite'],
    ['telemetry', '{"temperature":', 'payload.not-json'],
    ['telemetry', '', 'payload.not-json'],
    ['telemetry', '21.5', 'payload.invalid'],
    ['telemetry', 'null', 'payload.invalid'],
    ['telemetry', '{"values":{"a":{"b":1}}}', 'payload.invalid'],
    ['telemetry', '{"ts":"now","values":{"a":1}}', 'payload.invalid'],
    ['telemetry', '{"seq":-1,"values":{"a":1}}', 'payload.invalid'],
    ['telemetry', '{"seq":1.5,"values":{"a":1}}', 'payload.invalid'],
    ['telemetry', '{"a\\u0000b":1}', 'payload.invalid'],
    ['telemetry', '{"":1}', 'payload.invalid'],
    ['telemetry', `{"${'n'.repeat(65)}":1}`, 'payload.invalid'],
    ['telemetry', `{"note":"${'x'.repeat(1_025)}"}`, 'payload.invalid'],
    [
      'telemetry',
      `{${Array.from({ length: 65 }, (_, i) => `"v${i}":1`).join(',')}}`,
      'payload.invalid',
    ],
    [
      'telemetry',
      `[${Array.from({ length: 1_001 }, () => '{"a":1}').join(',')}]`,
      'payload.invalid',
    ],
    ['status', 'maybe', 'payload.invalid'],
    ['info', '{"name":7}', 'payload.invalid'],
    ['event', '{"id":"1","type":"x"}', 'payload.invalid'],
    ['event', `{"id":"1","ts":1,"type":"x","data":{"a":1e999}}`, 'payload.not-finite'],
    [
      'event',
      `{"id":"1","ts":1,"type":"x","data":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`,
      'payload.invalid',
    ],
    ['event', '['.repeat(100_000), 'payload.not-json'],
    ['ack', '{"id":"1"}', 'payload.invalid'],
    ['command', '{}', 'mqtt.topic-unknown'],
  ])('sets %s %.60s aside as %s', (leaf, payload, expected) => {
    expect(code(leaf, payload)).toBe(expected)
  })

  it('refuses bytes that are no UTF-8, and takes a real replacement character', () => {
    expect(code('telemetry', Buffer.from([0x7b, 0xff, 0x7d]))).toBe('payload.not-json')
    expect(readings('{"note":"\ufffd"}')).toMatchObject([{ value: '\ufffd' }])
  })

  it.each(['温度', 'room temp', '2nd-floor', 'pm2.5', 'a/b', '__proto__'])(
    'keeps a reading that it does not know as it comes: %s',
    (name) => {
      expect(readings(`{${JSON.stringify(name)}:1}`)).toMatchObject([{ name, value: 1 }])
    },
  )

  it('loses only the bad element of an array', () => {
    const decoded = decode(record('telemetry', '[{"a":1},{"a":1e999},7,{"a":2}]'))
    expect(decoded.inputs.filter((input) => input.kind === 'reading')).toMatchObject([
      { value: 1 },
      { value: 2 },
    ])
    expect(decoded.quarantined).toMatchObject({
      code: 'payload.not-finite',
      detail: 'a is not finite (and 1 more elements)',
    })
  })

  it.each([
    [-7 * dayMs, false],
    [-7 * dayMs - 1, true],
    [5 * minuteMs, false],
    [5 * minuteMs + 1, true],
    [365 * dayMs, true],
    [-receivedAt, true],
  ])('a clock that is off by %d ms: marked %s', (offset, marked) => {
    const payload = `{"ts":${receivedAt + offset},"seq":1,"values":{"a":1}}`
    expect(readings(payload)).toMatchObject([
      { clockMarked: marked, ts: marked ? receivedAt : receivedAt + offset },
    ])
    expect(decode(record('telemetry', payload)).clockMarked).toBe(marked ? 1 : 0)
  })

  it('reads status, info, events and acknowledgements', () => {
    expect(one('status', 'online')).toMatchObject([{ kind: 'status', online: true }])
    expect(one('info', '{"type":"smoke"}')).toMatchObject([{ kind: 'info', client: 'home.d1' }])
    expect(one('event', `{"id":"e1","ts":${receivedAt},"type":"door.opened"}`)).toMatchObject([
      { kind: 'event', id: 'e1', type: 'door.opened', data: {} },
    ])
    expect(one('ack', '{"id":"c1","ok":false,"error":"jammed"}')).toMatchObject([
      { kind: 'event', type: 'ack', data: { id: 'c1', ok: false, error: 'jammed' } },
    ])
  })

  it('takes an empty retained message as what it is: the old one is withdrawn', () => {
    expect(decode(record('info', '', true))).toEqual({
      inputs: [],
      quarantined: null,
      clockMarked: 0,
    })
  })

  it('an external broker remembers a state: readings are marked, nobody is alive by it, nothing happens again', () => {
    const told = (leaf: string, payload: string) =>
      decode({ ...record(leaf, payload, true), client: 'broker' }).inputs
    expect(told('telemetry', '{"seq":4,"values":{"smoke":true,"battery":80}}')).toMatchObject([
      { kind: 'reading', name: 'smoke', value: true, retained: true },
      { kind: 'reading', name: 'battery', value: 80, retained: true },
    ])
    expect(told('event', `{"id":"e1","ts":${receivedAt},"type":"sos.pressed"}`)).toEqual([])
    expect(told('ack', '{"id":"c1","ok":true}')).toEqual([])
    expect(told('status', 'offline')).toMatchObject([{ kind: 'status', retained: true }])
    expect(told('info', '{"type":"smoke"}')).toMatchObject([{ kind: 'info' }])
    // A device that asks our own broker to keep a reading said it just now.
    expect(decode(record('telemetry', '{"smoke":true}', true)).inputs).toMatchObject([
      { kind: 'beat' },
      expect.not.objectContaining({ retained: true }),
    ])
  })
})
