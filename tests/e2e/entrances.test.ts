import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Command } from '../../contracts/payloads.ts'
import { mediaFile } from '../detectors/support.ts'
import { needs } from '../support/needs.ts'
import { type Product, startProduct } from '../support/product.ts'
import { framesOf } from '../support/video.ts'

interface Registered {
  readonly mqtt: { readonly username: string; readonly password: string }
}
interface EventItem {
  readonly type: string
  readonly device: string
  readonly data: {
    readonly method?: string
    readonly reason?: string
    readonly plate?: string
    readonly holder?: { readonly id: string } | null
  }
}

const given = ['shared-media', 'shared-models', 'ffmpeg'] as const

/** A face terminal or gate as it really is: sends frames, moves on commands, acknowledges. */
class Entrance {
  readonly commands: Command[] = []
  readonly #client: MqttClient
  readonly #topic: string

  private constructor(client: MqttClient, id: string) {
    this.#client = client
    this.#topic = `linli/v1/demo/${id}`
  }

  static async open(
    product: Product,
    body: Readonly<Record<string, unknown>> & { readonly id: string },
  ): Promise<Entrance> {
    const { mqtt } = await product.call<Registered>('POST', '/devices', body)
    const client = await connectAsync(product.mqttUrl, { ...mqtt, clientId: body.id })
    const made = new Entrance(client, body.id)
    client.on('message', (_topic, payload) => {
      const command = JSON.parse(payload.toString()) as Command
      made.commands.push(command)
      client.publish(`${made.#topic}/ack`, JSON.stringify({ id: command.id, ok: true }), { qos: 1 })
    })
    await client.subscribeAsync(`${made.#topic}/command`, { qos: 1 })
    return made
  }

  async show(frames: readonly Buffer[], framesPerSecond: number): Promise<void> {
    for (const frame of frames) {
      await this.#client.publishAsync(`${this.#topic}/frame/${Date.now()}`, frame)
      await new Promise((resolve) => setTimeout(resolve, 1_000 / framesPerSecond))
    }
  }

  present(data: object): Promise<unknown> {
    const event = { id: crypto.randomUUID(), ts: Date.now(), type: 'credential.presented', data }
    return this.#client.publishAsync(`${this.#topic}/event`, JSON.stringify(event), { qos: 1 })
  }

  close(): Promise<void> {
    return this.#client.endAsync(true)
  }
}

describe.runIf(given.every(needs))('entrances of the built product', () => {
  let product: Product
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linli-entrances-'))
    const config = join(folder, 'linli.yaml')
    writeFileSync(config, 'access:\n  pictureLivenessAcceptedBy: a test\n')
    product = await startProduct({ env: { LINLI_CONFIG: config } })
    while ((await modelsLoaded(product)) < 9)
      await new Promise((resolve) => setTimeout(resolve, 100))
  }, 60_000)
  afterAll(async () => {
    await product?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const events = async (device: string): Promise<readonly EventItem[]> =>
    (await product.call<{ items: EventItem[] }>('GET', '/events?limit=1000')).items.filter(
      (event) => event.device === device,
    )

  test('a face that is enrolled opens its door; withdrawn, it does not', async () => {
    await product.call('POST', '/residents', { id: 'res_a', name: '张三' })
    const picture = mediaFile('faces/compreface_003_A.jpg').toString('base64')
    await expect(
      product.call('POST', '/residents/res_a/faces', { images: [picture] }),
    ).rejects.toThrow(/403.*face\.no-consent/)
    const consent = await product.call<{ id: string }>('POST', '/residents/res_a/consents', {})
    await product.call('POST', '/residents/res_a/faces', { images: [picture] })
    const door = await Entrance.open(product, { id: 'door-1', type: 'face-terminal' })
    const walk = framesOf('videos/derived_door_A.mp4', 5, 4)
    await door.show(walk, 5)
    await expect.poll(() => door.commands.length).toBe(1)
    expect(door.commands[0]).toMatchObject({ name: 'door.unlock' })
    await expect
      .poll(async () => (await events('door-1')).map(({ type, data }) => [type, data.method]))
      .toContainEqual(['access.granted', 'face'])
    const granted = (await events('door-1')).find(({ type }) => type === 'access.granted')
    expect(granted?.data.holder).toMatchObject({ id: 'res_a' })

    const receipt = await product.call<{ templates: number }>(
      'DELETE',
      `/residents/res_a/consents/${consent.id}`,
    )
    expect(receipt.templates).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 11_000))
    await door.show(walk, 5)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(door.commands).toHaveLength(1)
    await door.close()
  }, 60_000)

  test('a visitor opens with the QR code and the PIN of the visit, twice at most', async () => {
    const visit = await product.call<{ qr: string; pin: string }>('POST', '/visitors', {
      name: '李四',
      entriesMax: 2,
    })
    const door = await Entrance.open(product, { id: 'door-2', type: 'door-terminal' })
    await door.present({ method: 'qr', code: visit.qr })
    await expect.poll(() => door.commands.length).toBe(1)
    await door.present({ method: 'qr', code: `${visit.qr.slice(0, -1)}x` })
    await expect
      .poll(async () => (await events('door-2')).map(({ data }) => data.reason))
      .toContain('visitor-signature')
    expect(door.commands).toHaveLength(1)
    await door.close()
  }, 30_000)

  test('gate clips open for their plate and only theirs', async () => {
    await product.call('POST', '/residents', { id: 'res_b', name: '王五' })
    await product.call('POST', '/vehicles', { plate: '苏E·D51712', resident: 'res_b' })
    const gate = await Entrance.open(product, {
      id: 'gate-1',
      type: 'barrier',
      barrier: { cameras: ['gate-1'] },
      camera: { priority: 'door', tasks: ['plates'] },
    })
    await gate.show(framesOf('videos/derived_gate_blue.mp4', 5, 4), 5)
    await expect
      .poll(async () => (await events('gate-1')).map(({ type, data }) => [type, data.plate]), {
        timeout: 5_000,
      })
      .toContainEqual(['access.denied', '皖AUJ299'])
    expect(gate.commands).toHaveLength(0)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await gate.show(framesOf('videos/derived_gate_green.mp4', 5, 6), 5)
    await expect.poll(() => gate.commands.map(({ name }) => name)).toEqual(['barrier.open'])
    await expect
      .poll(async () => (await events('gate-1')).map(({ type, data }) => [type, data.plate]))
      .toContainEqual(['vehicle.passed', '苏ED51712'])
    const parking = await product.call<{ sessions: { plate: string; leftAt: number | null }[] }>(
      'GET',
      '/parking',
    )
    expect(parking.sessions).toMatchObject([{ plate: '苏ED51712', leftAt: null }])
    await gate.close()
  }, 60_000)
})

async function modelsLoaded(product: Product): Promise<number> {
  const health = await product.call<{ gateway: { models: { state: string }[] } | null }>(
    'GET',
    '/health',
  )
  return (health.gateway?.models ?? []).filter(({ state }) => state === 'loaded').length
}
