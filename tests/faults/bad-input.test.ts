import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayMs } from '../../contracts/clock.ts'
import { Rig, topic, twoSensors, until } from '../gateway/broker/rig.ts'
import { RawClient } from '../gateway/broker/raw-client.ts'

// Firmware is written by people in a hurry. Whatever it sends, the box names it and goes on.
describe('bad input', () => {
  const rig = new Rig()
  let client: RawClient
  let messageId = 0
  beforeAll(async () => {
    await rig.start(twoSensors())
    client = await new RawClient(rig.port).connect('home.a', 'raw')
  })
  afterAll(async () => {
    client.end()
    await rig.close()
  })

  const publish = async (name: string, payload: string | Buffer): Promise<void> => {
    client.publish(name, payload, 1, ++messageId)
    expect(await client.hear('puback')).toMatchObject({ messageId })
  }
  const counted = async (code: string): Promise<number> =>
    (await rig.pipeline.stats()).quarantine.byCode[code] ?? 0

  it.each([
    ['a 5 MiB payload', 'telemetry', Buffer.alloc(5 * 1024 * 1024, 0x20), 'mqtt.packet-too-large'],
    ['a 5 MiB frame', 'frame', Buffer.alloc(5 * 1024 * 1024, 0xff), 'frame.too-large'],
    ['a PNG as a frame', 'frame', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'frame.not-jpeg'],
    [
      'a topic of 101 levels',
      Array.from({ length: 98 }, () => 'x').join('/'),
      '{}',
      'mqtt.topic-too-deep',
    ],
    ['an unknown leaf', 'weather', '{}', 'mqtt.topic-unknown'],
    ['invalid JSON', 'telemetry', '{"temperature":', 'payload.not-json'],
    ['NaN', 'telemetry', '{"temperature":NaN}', 'payload.not-json'],
    ['a number beyond all bounds', 'telemetry', '{"temperature":1e999}', 'payload.not-finite'],
    [
      'bytes that are no UTF-8',
      'telemetry',
      Buffer.from([0x22, 0xc3, 0x28, 0x22]),
      'payload.not-json',
    ],
    [
      'a clock a year ahead',
      'telemetry',
      `{"ts":${Date.now() + 365 * dayMs},"seq":1,"values":{"late":1}}`,
      'payload.clock',
    ],
    ['nesting without end', 'event', '['.repeat(200_000), 'payload.not-json'],
  ])(
    '%s is acknowledged, named and counted; the next good reading is stored',
    async (_what, leaf, payload, code) => {
      const before = await counted(code)
      await publish(topic('a', leaf), payload)
      await until(`${code} is counted`, async () => (await counted(code)) === before + 1)
      const good = Math.random()
      await publish(topic('a', 'telemetry'), JSON.stringify({ temperature: good }))
      expect(await rig.values('a')).toContain(good)
      expect(client.closed).toBe(false)
    },
  )

  it('keeps the reading of a wrong clock under the receive time, marked by the counter', async () => {
    expect(await rig.values('a', 'late')).toEqual([1])
    const { recent } = (await rig.pipeline.stats()).quarantine
    expect(recent.every((message) => message.client === 'home.a')).toBe(true)
  })
})
