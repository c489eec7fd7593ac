import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createParts, freePort, type Part } from '../support/parts.ts'

/** A scenario of six alarms of four devices, some of them twice, told while nobody listens upstairs. */
const story = [
  { device: 'smoke-1', values: { smoke: true } },
  { device: 'sos-1', values: { sos: true } },
  { device: 'leak-1', values: { waterLeak: true } },
  { device: 'sos-1', values: { sos: true } },
  { device: 'lift-1', values: { liftTrapped: true } },
  { device: 'smoke-1', values: { smoke: true } },
] as const
const devices = [...new Set(story.map((step) => step.device))]
/** Of the whole house: they stand nowhere in particular. One that never answers is told as well. */
const sirens = ['siren', 'speaker', 'dead-siren'] as const

let home = ''
let parts: ReturnType<typeof createParts>
let gateway: Part
let api: Part
let url = ''
let mqttUrl = ''
const secrets = new Map<string, { username: string; password: string }>()

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'linli-down-'))
  const [httpPort, mqttPort, gatewayPort] = [await freePort(), await freePort(), await freePort()]
  url = `http://127.0.0.1:${httpPort}/api/v1`
  mqttUrl = `mqtt://127.0.0.1:${mqttPort}`
  parts = createParts({
    home,
    httpPort,
    mqttPort,
    gatewayPort,
    adminPassword: 'a password of this test',
  })
  api = await parts.startApi()
  gateway = await parts.startGateway()
})
afterAll(async () => {
  await gateway?.kill('SIGTERM')
  await api?.kill('SIGTERM')
  await rm(home, { recursive: true, force: true, maxRetries: 3 })
})

const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}
interface Listed {
  readonly items: readonly {
    readonly anomaly: { readonly type: string } | null
    readonly number: string
  }[]
}
const list = () => call<Listed>('GET', '/tickets?limit=1000')
let signedIn: string | null = null
async function token(): Promise<string> {
  if (signedIn !== null) return signedIn
  const answer = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: 'a password of this test' }),
  })
  signedIn = ((await answer.json()) as { token: string }).token
  return signedIn
}

interface Told {
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
}

/** A siren or loudspeaker of the house: writes down what it is told, and answers unless it is dead. */
async function listen(id: string): Promise<{
  readonly client: MqttClient
  readonly told: readonly Told[]
  readonly since: () => number
}> {
  const told: Told[] = []
  let since = 0
  const client = await connectAsync(mqttUrl, {
    ...secrets.get(id),
    clientId: id,
    reconnectPeriod: 0,
  })
  client.on('message', (_topic, payload) => {
    const command = JSON.parse(payload.toString()) as Told & { id: string }
    told.push(command)
    since = Date.now()
    if (id.startsWith('dead')) return
    const ack = JSON.stringify({ id: command.id, ok: true, ts: Date.now() })
    client.publish(`linli/v1/demo/${id}/ack`, ack, { qos: 1 })
  })
  await client.subscribeAsync(`linli/v1/demo/${id}/command`, { qos: 1 })
  return { client, told, since: () => since }
}

test('with the api down for a whole scenario the same tickets come afterwards, none twice, in order', {
  timeout: 90_000,
}, async () => {
  for (const id of devices) {
    const created = await call<{ mqtt: { username: string; password: string }; inForce: boolean }>(
      'POST',
      '/devices',
      { id, type: 'sensor', name: id },
    )
    expect(created.inForce).toBe(true)
    secrets.set(id, created.mqtt)
  }
  for (const id of sirens) {
    const type = id.replace('dead-', '')
    const created = await call<{ mqtt: { username: string; password: string } }>(
      'POST',
      '/devices',
      { id, type, name: id },
    )
    secrets.set(id, created.mqtt)
  }
  await api.kill('SIGKILL')
  const house = await Promise.all(sirens.map(listen))

  const clients = new Map<string, MqttClient>()
  for (const id of devices)
    clients.set(
      id,
      await connectAsync(mqttUrl, { ...secrets.get(id), clientId: id, reconnectPeriod: 0 }),
    )
  let seq = 0
  for (const { device, values } of story) {
    seq += 1
    await clients
      .get(device)
      ?.publishAsync(
        `linli/v1/demo/${device}/telemetry`,
        JSON.stringify({ ts: Date.now(), seq, values }),
        { qos: 1 },
      )
    // Rules confirm smoke for some seconds; one alarm after the other makes an order that can be checked.
    await new Promise((resolve) => setTimeout(resolve, 3_500))
  }
  // The box has sounded the house by itself, once for the one fire, while nobody answered upstairs.
  const [siren = [], speaker = [], dead = []] = house.map(({ told }) => told)
  expect(siren.map(({ name }) => name)).toEqual(['siren.on'])
  expect(siren[0]?.args).toMatchObject({ seconds: 60 })
  expect(speaker.map(({ name }) => name)).toEqual(['speaker.say'])
  expect(speaker[0]?.args).toMatchObject({ lang: 'zh', priority: 'emergency' })
  expect(speaker[0]?.args['text']).toContain('请马上离开')
  expect(dead.map(({ name }) => name)).toEqual(['siren.on'])
  // A silent one is given up after 15 s, which is past by now where the machine is not very slow.
  const waited = Date.now() - (house[2]?.since() ?? 0)
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 16_000 - waited)))
  await gateway.kill('SIGKILL')
  gateway = await parts.startGateway()
  api = await parts.startApi()

  await expect.poll(async () => (await list()).items.length, { timeout: 20_000 }).toBe(4)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const { items } = await list()
  const byNumber = [...items].sort((a, b) => a.number.localeCompare(b.number))
  expect(byNumber.map((ticket) => ticket.anomaly?.type)).toEqual([
    'smoke.alarm',
    'sos.pressed',
    'water.leak',
    'lift.trapped',
  ])
  // What each of them answered went into the log of the box, and up when there was an up again.
  interface Sounded {
    readonly device: string
    readonly data: { readonly outcome: string }
  }
  const sounded = await call<{ items: Sounded[] }>('GET', '/events?type=alarm.sounded')
  const outcomes = Object.fromEntries(
    sounded.items.map(({ device, data }) => [device, data.outcome]),
  )
  expect(outcomes).toEqual({ siren: 'done', speaker: 'done', 'dead-siren': 'expired' })
  expect(sounded.items).toHaveLength(sirens.length)
  for (const { client } of house) await client.endAsync(true)
  for (const client of clients.values()) await client.endAsync(true)
})
