import { describe, expect, it } from 'vitest'
import { codeHash } from '../../../contracts/code-hash.ts'
import type { DeviceEventInput } from '../../../gateway/model/input.ts'
import type { LogRecord } from '../../../gateway/model/record.ts'
import { createEventIntake } from '../../../gateway/wiring/event-intake.ts'

const passKey = 'a-key-of-this-box'

const event = (data: object, leaf = 'event', type = 'credential.presented'): LogRecord => ({
  kind: 'publish',
  receivedAt: 1_795_170_000_000,
  topic: `linli/v1/home/door-1/${leaf}`,
  client: 'home.door-1',
  retain: false,
  payload: Buffer.from(JSON.stringify({ id: 'e1', ts: 1_795_170_000_000, type, data })),
})
const text = (record: LogRecord | undefined): string =>
  Buffer.from(record?.payload ?? []).toString()

describe('events on their way to the durable log', () => {
  const written: LogRecord[] = []
  const intake = createEventIntake((record, done) => {
    written.push(record)
    done(null)
  }, passKey)
  const record = (given: LogRecord): Promise<LogRecord | undefined> =>
    new Promise((resolve) => intake.record(given, () => resolve(written.at(-1))))

  // The log is kept for days: a stolen disk must not be a bunch of keys.
  it('writes no card code and no PIN, only the hash that the roster holds too', async () => {
    const kept = text(await record(event({ code: '87654321', reader: 2 })))
    expect(kept).not.toContain('87654321')
    expect(JSON.parse(kept)).toMatchObject({
      id: 'e1',
      data: { codeHash: codeHash(passKey, 'home', '87654321') },
    })
  })

  it('takes no hash from a device: it would be a key', async () => {
    const escaped = event({ codeHash: codeHash(passKey, 'home', '87654321') })
    const payload = text(escaped).replace('credential.presented', 'credential\\u002epresented')
    const kept = text(await record({ ...escaped, payload: Buffer.from(payload) }))
    expect(kept).not.toContain(codeHash(passKey, 'home', '87654321'))
  })

  it('leaves every other message as it came', async () => {
    for (const other of [
      event({ code: 'x' }, 'telemetry'),
      event({ code: 'x' }, 'event', 'parcel.left'),
      { ...event({}), payload: Buffer.from('{"id":') },
    ])
      expect(await record(other)).toMatchObject({ payload: other.payload })
  })

  // A full disk acknowledges nothing, and still nobody stands before a shut door.
  it('tells of an event that the disk refused before its connection is closed', async () => {
    const order: string[] = []
    const full = createEventIntake((_record, done) => done(new Error('disk full')), passKey)
    full.onRefused(async ({ type, data }: DeviceEventInput) => {
      await Promise.resolve()
      order.push(`${type} ${Object.keys(data).join()}`)
    })
    const refused = (given: LogRecord): Promise<void> =>
      new Promise((resolve) =>
        full.record(given, (error) => {
          order.push(String(error?.message))
          resolve()
        }),
      )
    await refused(event({ code: '87654321' }))
    await refused({ ...event({}, 'ack'), payload: Buffer.from('{"id":"c1","ok":true}') })
    await refused(event({ code: 1 }, 'telemetry'))
    expect(order).toEqual([
      'credential.presented codeHash',
      'disk full',
      // A lock that is cut off for its answer would not hear the next command.
      'ack id,ok,error',
      'undefined',
      'disk full',
    ])
  })
})
