import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Product, startProduct } from '../support/product.ts'

interface Secret {
  readonly mqtt: { readonly username: string; readonly password: string }
}
interface Devices {
  readonly items: readonly { readonly id: string; readonly state: string }[]
}
interface Tickets {
  readonly items: readonly {
    readonly title: string
    readonly anomaly: { readonly type: string } | null
  }[]
}

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product.close())

const telemetry = (seq: number): string =>
  JSON.stringify({ ts: Date.now(), seq, values: { smoke: true } })

test('a device that nobody registered appears by itself, waits for approval, and only then raises tickets', async () => {
  const { mqtt } = await product.call<Secret>('POST', '/mqtt-credentials', { kind: 'provisioning' })
  const client = await connectAsync(product.mqttUrl, {
    ...mqtt,
    clientId: 'installer',
    reconnectPeriod: 0,
  })
  const info = { type: 'smoke', name: '厨房烟感', place: '3 号楼 2 单元', intervalMs: 60_000 }
  await client.publishAsync('linli/v1/demo/smoke-9/info', JSON.stringify(info), {
    qos: 1,
    retain: true,
  })
  await client.publishAsync('linli/v1/demo/smoke-9/telemetry', telemetry(1), { qos: 1 })

  const waiting = () => product.call<Devices>('GET', '/devices?state=pending')
  await expect.poll(async () => (await waiting()).items.length).toBe(1)
  expect((await waiting()).items[0]).toMatchObject({
    id: 'smoke-9',
    type: 'smoke',
    name: '厨房烟感',
    place: { name: '3 号楼 2 单元' },
    state: 'pending',
  })
  // Longer than the rule asks for: a device that nobody approved must not send anybody running.
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  const tickets = () => product.call<Tickets>('GET', '/tickets')
  expect((await tickets()).items).toEqual([])

  await product.call<Secret>('POST', '/devices/smoke-9/approve')
  await client.publishAsync('linli/v1/demo/smoke-9/telemetry', telemetry(2), { qos: 1 })
  await expect.poll(async () => (await tickets()).items.length, { timeout: 8_000 }).toBe(1)
  expect((await tickets()).items[0]).toMatchObject({ anomaly: { type: 'smoke.alarm' } })
  expect((await tickets()).items[0]?.title).toContain('3 号楼 2 单元')
  await client.endAsync(true)
})
