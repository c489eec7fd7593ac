import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, describe, expect, test } from 'vitest'
import type { Roster } from '../../contracts/roster.ts'
import { createExternalBroker } from '../../gateway/broker/external-broker.ts'
import {
  credential,
  device,
  Rig,
  rosterOf,
  secret,
  silent,
  topic,
  until,
} from '../gateway/broker/rig.ts'
import { freePort, Mosquitto } from '../support/mosquitto.ts'
import { needs } from '../support/needs.ts'

const devices = 1_000
const ids = Array.from({ length: devices }, (_, i) => `d${i}`)
const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const roster = (): Roster =>
  rosterOf(
    ids.map((id) => device(id)),
    ids.map((id) => credential(`home.${id}`, 'device', { device: id })),
  )

/** A thousand devices that keep a session, come back after a moment of their own choosing, and count what they are told. */
class Street {
  readonly clients: MqttClient[] = []
  readonly heard = new Set<string>()
  readonly resumed = new Set<string>()
  acked = 0

  async connect(port: number, options: (id: string) => IClientOptions): Promise<void> {
    for (let at = 0; at < devices; at += 50)
      await Promise.all(
        ids.slice(at, at + 50).map(async (id, i) => {
          const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
            clientId: id,
            clean: false,
            reconnectPeriod: 100 + (((at + i) * 37) % 1_500),
            ...options(id),
          })
          client.on('error', () => undefined)
          client.on('message', () => this.heard.add(id))
          client.on('connect', ({ sessionPresent }) => {
            if (sessionPresent) this.resumed.add(id)
          })
          await client.subscribeAsync(topic(id, 'command'), { qos: 1 })
          this.clients[at + i] = client
        }),
      )
  }

  /** One reading of each, waited for until it is acknowledged. */
  async say(n: number): Promise<void> {
    await Promise.all(
      this.clients.map(async (client, i) => {
        const payload = JSON.stringify({ ts: Date.now(), seq: n, values: { n } })
        await client.publishAsync(topic(ids[i] ?? '', 'telemetry'), payload, { qos: 1 })
        this.acked++
      }),
    )
  }

  get connected(): number {
    return this.clients.filter((client) => client.connected).length
  }

  end(): void {
    for (const client of this.clients) client.end(true)
  }
}

const storedIn = async (rig: Rig): Promise<number> => (await rig.pipeline.stats()).readings.stored

/** The whole history of some of them, as anybody would ask for it. */
async function historyOf(rig: Rig): Promise<unknown[][]> {
  return Promise.all(['d0', 'd1', 'd499', 'd998', 'd999'].map((id) => rig.values(id, 'n')))
}

describe('check 29: the broker restarts under a thousand devices', () => {
  test('embedded: all come back, hear commands again, nothing acknowledged is lost, nobody is called offline', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linli-check29-'))
    closing.push(() => rmSync(folder, { recursive: true, force: true }))
    const port = await freePort()
    const before = await new Rig({}, folder, port).start(roster())
    const street = new Street()
    closing.push(() => street.end())
    await street.connect(port, (id) => ({ username: `home.${id}`, password: secret }))
    await street.say(0)
    expect(await storedIn(before)).toBe(devices)
    await before.close(true)
    await until('all have noticed', () => street.connected === 0, 40_000)
    const waiting = street.say(1)

    const after = new Rig({}, folder, port)
    closing.push(() => after.close(true))
    const effects: unknown[] = []
    after.pipeline.onCommitted((committed) => effects.push(...committed.effects))
    await after.start()
    await until('all are back', () => street.connected === devices, 40_000)
    await waiting
    expect(street.acked).toBe(2 * devices)
    expect(await storedIn(after)).toBe(devices)
    expect(await historyOf(after)).toEqual(Array.from({ length: 5 }, () => [0, 1]))
    await until('subscriptions stand', async () => {
      if (street.heard.size === devices) return true
      for (const id of ids)
        if (!street.heard.has(id))
          await after.broker.publish(topic(id, 'command'), '{}', { qos: 1 })
      return false
    })
    expect(effects).toEqual([])
    expect(after.dropped['mqtt.connections-full'] ?? 0).toBe(0)
  }, 140_000)

  test.runIf(needs('mosquitto'))(
    'external: sessions resume, also that of the gateway which was away meanwhile',
    async () => {
      const mosquitto = new Mosquitto()
      closing.push(async () => {
        await mosquitto.stop()
        mosquitto.remove()
      })
      await mosquitto.start()
      const rig = new Rig()
      closing.push(() => rig.close())
      await rig.start(roster())
      const effects: unknown[] = []
      rig.pipeline.onCommitted((committed) => effects.push(...committed.effects))
      const gateway = () =>
        createExternalBroker(
          {
            roster: rig.roster,
            record: (record, done) => rig.pipeline.record(record, done),
            onFrame: () => undefined,
            onQuarantine: () => undefined,
            clock: Date.now,
            random: Math.random,
            logger: silent,
          },
          { url: `mqtt://127.0.0.1:${mosquitto.port}`, community: 'home', reconnectEveryMs: 100 },
        )
      const first = gateway()
      await first.start()
      const street = new Street()
      closing.push(() => street.end())
      await street.connect(mosquitto.port, () => ({}))
      await street.say(0)
      await until('all is stored', async () => (await storedIn(rig)) === devices)
      await first.close()
      await street.say(1)
      await mosquitto.stop()
      await mosquitto.start()
      await until('all are back', () => street.connected === devices, 40_000)
      expect(street.resumed.size).toBe(devices)
      const second = gateway()
      closing.push(() => second.close())
      await second.start()
      await street.say(2)
      await until('all is stored', async () => (await storedIn(rig)) === 3 * devices, 40_000)
      expect(await historyOf(rig)).toEqual(Array.from({ length: 5 }, () => [0, 1, 2]))
      expect(effects).toEqual([])
      for (const id of ids) await second.publish(topic(id, 'command'), '{}', { qos: 1 })
      await until('all have heard', () => street.heard.size === devices)
    },
    140_000,
  )
})
