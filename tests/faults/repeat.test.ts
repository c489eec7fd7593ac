import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RawClient } from '../gateway/broker/raw-client.ts'
import { credential, device, Rig, rosterOf, topic, until } from '../gateway/broker/rig.ts'

// QoS 1 delivers at least once, and devices re-send after every broken connection.
describe('check 23: repeats', () => {
  const rig = new Rig()
  beforeAll(async () => {
    await rig.start(
      rosterOf([device('a', 'approved', 'sos')], [credential('home.a', 'device', { device: 'a' })]),
    )
  })
  afterAll(() => rig.close())

  it('check 23: a duplicate and a replay on another connection are one reading, one event, one anomaly', async () => {
    const events: string[] = []
    rig.pipeline.onCommitted(({ deviceEvents }) => {
      for (const event of deviceEvents) events.push(event.id)
    })
    const at = Date.now()
    const reading = JSON.stringify({ ts: at, seq: 1, values: { sos: true } })
    const event = JSON.stringify({ id: 'e-1', ts: at, type: 'door.opened' })
    for (const clientId of ['first', 'second']) {
      const client = await new RawClient(rig.port).connect('home.a', clientId)
      for (const dup of [false, true, true]) {
        client.publish(topic('a', 'telemetry'), reading, 1, 1, dup)
        await client.hear('puback')
        client.publish(topic('a', 'event'), event, 1, 2, dup)
        await client.hear('puback')
      }
      client.end()
    }
    expect(await rig.values('a', 'sos')).toEqual([true])
    expect(events).toEqual(['e-1'])
    await until(
      'the anomaly is in the outbox',
      async () => (await rig.pipeline.outbox.peek(10)).length > 0,
    )
    const items = await rig.pipeline.outbox.peek(100)
    expect(items.filter((item) => item.kind === 'anomaly')).toHaveLength(1)
  })
})
