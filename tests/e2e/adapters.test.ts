import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bytesOf,
  type DeviceOutcome,
  type Fixture,
  type FixtureMessage,
  fixturesOf,
} from '../gateway/ingest/adapters/play-fixtures.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { needs } from '../support/needs.ts'
import { type Product, startProduct } from '../support/product.ts'
import { prefixes, rows } from './adapter-rows.ts'

interface Item {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly state: string
  readonly online: boolean | null
  readonly origin: {
    readonly adapter: string | null
    readonly capabilities: readonly string[]
    readonly entities: readonly { readonly name: string; readonly problem?: string }[]
    readonly gone: string | null
  } | null
}
interface Points {
  readonly items: readonly { readonly value: number | string | boolean }[]
}
interface Tickets {
  readonly items: readonly { readonly anomaly: { readonly type: string } | null }[]
}

const fixture = ([ecosystem, name]: readonly [string, string]): Fixture => {
  const found = fixturesOf(ecosystem).find(([each]) => each === name)
  if (found === undefined) throw new Error(`no fixture ${ecosystem}/${name}`)
  return found[1]
}

async function say(client: MqttClient, messages: readonly FixtureMessage[]): Promise<void> {
  for (const message of messages) {
    await client.publishAsync(message.topic, bytesOf(message), {
      qos: 1,
      retain: message.retain === true,
    })
    // Readings of one millisecond have no order.
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
}

const item = (product: Product, id: string): Promise<Item> =>
  product.call<Item>('GET', `/devices/${id}`)

async function meets(product: Product, id: string, outcome: DeviceOutcome): Promise<void> {
  await expect
    .poll(
      () =>
        item(product, id).then(
          ({ state }) => state,
          () => null,
        ),
      { timeout: 8_000 },
    )
    .toBe('pending')
  const { name, type, capabilities, problems = {}, readings = {}, online } = outcome
  await expect
    .poll(async () => (await item(product, id)).origin?.capabilities, { timeout: 8_000 })
    .toEqual(capabilities ?? expect.any(Array))
  const device = await item(product, id)
  if (name !== undefined && name !== '') expect(device.name).toBe(name)
  if (type !== undefined) expect(device.type).toBe(type)
  const said = device.origin?.entities.flatMap(({ name: of, problem }) =>
    problem === undefined ? [] : [[of, problem]],
  )
  expect(Object.fromEntries(said ?? [])).toEqual(problems)
  if (online !== undefined && online.length > 0) expect(device.online).toBe(online.at(-1))
  for (const [reading, values] of Object.entries(readings)) {
    const stored = await product.call<Points>(
      'GET',
      `/devices/${id}/telemetry?reading=${encodeURIComponent(reading)}`,
    )
    expect([reading, stored.items.map(({ value }) => String(value))]).toEqual([
      reading,
      values.map((value) => String(value).replace('~', '')),
    ])
  }
}

describe('devices of others on the embedded broker', () => {
  let product: Product
  let client: MqttClient
  beforeAll(async () => {
    product = await startProduct({ readyWithinMs: 40_000 })
    const { mqtt } = await product.call<{ mqtt: { username: string; password: string } }>(
      'POST',
      '/mqtt-credentials',
      { kind: 'adapter', prefixes },
    )
    client = await connectAsync(product.mqttUrl, {
      ...mqtt,
      clientId: 'bridge',
      reconnectPeriod: 0,
    })
  })
  afterAll(async () => {
    await client?.endAsync(true)
    await product?.close()
  })

  it.each(rows)('%s %s: what comes out is what its table says', async (...row) => {
    const { messages, expect: expected } = fixture(row)
    await say(client, messages)
    for (const [id, outcome] of Object.entries(expected.devices)) await meets(product, id, outcome)
  })

  it('says that it is there, and counts what each adapter took in and what nobody understood', async () => {
    const status: string[] = []
    client.on('message', (topic, payload) => void status.push(`${topic} ${payload.toString()}`))
    await client.subscribeAsync('homeassistant/status', { qos: 1 })
    await expect.poll(() => status).toContain('homeassistant/status online')
    const { gateway } = await product.call<{
      gateway: {
        adapters: readonly {
          readonly name: string
          readonly devices: number
          readonly refused: number
        }[]
        quarantine: { readonly byCode: Record<string, number> }
      }
    }>('GET', '/health')
    const adapter = gateway.adapters.find(({ name }) => name === 'homeassistant')
    expect(adapter?.devices).toBeGreaterThan(5)
    expect(adapter?.refused).toBe(fixture(['homeassistant', 'hostile']).expect.refused?.length)
    expect(gateway.quarantine.byCode).toMatchObject({ 'payload.invalid': 1, 'payload.not-json': 3 })
  })

  it('a picture on a camera topic goes to the cameras, and one that nobody is known for is not kept', async () => {
    const jpeg = 'ffd8ffe000104a464946'
    const frames = async (): Promise<[number, number]> => {
      const { gateway } = await product.call<{
        gateway: { frames: { in: number }; dropped: Record<string, number> }
      }>('GET', '/health')
      const { frames: seen, dropped } = gateway
      return [seen.in, dropped['mqtt.topic-unknown'] ?? 0]
    }
    const [framesBefore, strayBefore] = await frames()
    const base64 = Buffer.from(jpeg, 'hex').toString('base64')
    await say(client, [{ topic: 'acme/cam7/jpg', payload: base64 }])
    await say(client, [{ topic: 'acme/elsewhere/snapshot', hex: jpeg }])
    await expect.poll(frames, { timeout: 8_000 }).toEqual([framesBefore + 1, strayBefore + 1])
  })

  it('approved, renamed, alarmed, gone and removed without a ghost', async () => {
    const config = (name: string): FixtureMessage => ({
      topic: 'homeassistant/binary_sensor/sink/config',
      json: {
        uniq_id: 'sink',
        stat_t: 'acme/sink',
        dev_cla: 'moisture',
        dev: { ids: ['sink'], name },
      },
      retain: true,
    })
    await say(client, [config('水槽')])
    await expect
      .poll(
        () =>
          item(product, 'ha-sink').then(
            ({ name }) => name,
            () => null,
          ),
        { timeout: 8_000 },
      )
      .toBe('水槽')
    const approved = await product.call<{ mqtt?: unknown }>('POST', '/devices/ha-sink/approve')
    expect(approved.mqtt).toBeUndefined()
    await say(client, [config('厨房水槽')])
    await expect
      .poll(async () => (await item(product, 'ha-sink')).name, { timeout: 8_000 })
      .toBe('厨房水槽')
    await product.call('PATCH', '/devices/ha-sink', { name: '王奶奶家水槽' })
    await say(client, [config('水槽二')])
    await say(client, [
      { topic: 'acme/sink', payload: 'OFF' },
      { topic: 'acme/sink', payload: 'ON' },
    ])
    const types = async (): Promise<(string | undefined)[]> =>
      (await product.call<Tickets>('GET', '/tickets')).items.map(({ anomaly }) => anomaly?.type)
    await expect.poll(types, { timeout: 10_000 }).toContain('water.leak')
    expect(await item(product, 'ha-sink')).toMatchObject({
      name: '王奶奶家水槽',
      state: 'approved',
    })
    await say(client, [
      { topic: 'homeassistant/binary_sensor/sink/config', payload: '', retain: true },
    ])
    await expect
      .poll(async () => (await item(product, 'ha-sink')).origin?.gone, { timeout: 8_000 })
      .toBe('removed')
    await product.call('DELETE', '/devices/ha-sink')
    await expect(item(product, 'ha-sink')).rejects.toThrow()
    await say(client, [
      { topic: 'acme/sink', payload: 'ON' },
      { topic: 'homeassistant/binary_sensor/cam7/config', payload: '' },
    ])
    // A stranger that takes itself back leaves nothing, not even a name that waits.
    await say(client, [{ topic: 'homeassistant/camera/cam7/config', payload: '', retain: true }])
    await expect
      .poll(
        () =>
          item(product, 'ha-cam7').then(
            () => 'there',
            () => 'gone',
          ),
        { timeout: 8_000 },
      )
      .toBe('gone')
    await expect(item(product, 'ha-sink')).rejects.toThrow()
  })
})

describe.runIf(needs('mosquitto'))('devices of others on an external mosquitto', () => {
  const broker = new Mosquitto()
  let product: Product
  let client: MqttClient
  beforeAll(async () => {
    await broker.start()
    client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      clientId: 'bridge',
      reconnectPeriod: 0,
    })
    // Before the gateway is there: it hears of these from the broker's memory.
    await say(client, [
      {
        topic: 'homeassistant/binary_sensor/old/config',
        json: {
          uniq_id: 'old',
          stat_t: 'acme/old',
          dev_cla: 'door',
          dev: { ids: ['old'], name: '旧门' },
        },
        retain: true,
      },
      {
        topic: 'homeassistant/event/old/config',
        json: {
          uniq_id: 'oldbell',
          stat_t: 'acme/oldbell',
          evt_typ: ['press'],
          dev: { ids: ['old'], name: '旧门' },
        },
        retain: true,
      },
      { topic: 'acme/old', payload: 'ON', retain: true },
      { topic: 'acme/oldbell', json: { event_type: 'press' }, retain: true },
    ])
    const config = broker.file('linli.yaml', `broker: {url: 'mqtt://127.0.0.1:${broker.port}'}\n`)
    product = await startProduct({ env: { LINLI_CONFIG: config }, readyWithinMs: 40_000 })
  })
  afterAll(async () => {
    await client?.endAsync(true)
    await product?.close()
    await broker.stop()
    broker.remove()
  })

  it.each(rows)('%s %s: what comes out is what its table says', async (...row) => {
    const { messages, expect: expected } = fixture(row)
    const [configs, rest] = [
      messages.filter(({ topic }) => topic.endsWith('/config')),
      messages.filter(({ topic }) => !topic.endsWith('/config')),
    ]
    await say(client, configs)
    // Subscriptions to their topics follow the announcements.
    await new Promise((resolve) => setTimeout(resolve, 700))
    await say(client, rest)
    for (const [id, outcome] of Object.entries(expected.devices)) await meets(product, id, outcome)
  })

  it('vector 1: a remembered alarm is a state, and a remembered press is no event', async () => {
    await meets(product, 'ha-old', {
      name: '旧门',
      capabilities: ['doorOpen'],
      readings: { doorOpen: ['~true'] },
    })
    const { gateway } = await product.call<{
      gateway: { adapters: readonly { name: string; counters: Record<string, number> }[] }
    }>('GET', '/health')
    const adapter = gateway.adapters.find(({ name }) => name === 'homeassistant')
    expect(adapter?.counters['retainedEvents']).toBeGreaterThan(0)
  })
})
