import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type MqttClient, connectAsync } from 'mqtt'
import { afterEach, describe, expect, test } from 'vitest'
import type { Broker } from '../../../gateway/broker/broker.ts'
import { createExternalBroker } from '../../../gateway/broker/external-broker.ts'
import type { Publisher } from '../../../gateway/homeassistant/publisher.ts'
import { createHomeAssistantOut } from '../../../gateway/wiring/home-assistant-out.ts'
import { Mosquitto } from '../../support/mosquitto.ts'
import { needs } from '../../support/needs.ts'
import { credential, device, Rig, rosterOf, silent, topic, until } from '../broker/rig.ts'

const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const config = 'homeassistant/device/linli/home_a/config'
const state = 'linli/v1/home/gateway/ha/a'
type Settings = ConstructorParameters<typeof Publisher>[1]

function out(rig: Rig, broker: Broker, publish = true, speed: Partial<Settings> = {}) {
  const given = {
    broker,
    pipeline: rig.pipeline,
    book: rig.roster,
    logger: silent,
    settings: { community: 'home', home: rig.folder },
    config: { adapters: { homeassistant: { enabled: true, prefix: 'homeassistant', publish } } },
    sight: { hub: { health: () => [] } },
  }
  const made = createHomeAssistantOut(given, { everyMs: 50, ...speed })
  if (made === null) throw new Error('nothing to say')
  closing.push(() => made.close())
  made.start()
  return made
}

/** A Home Assistant, as far as the broker sees one: what it last heard on each topic, and how often. */
class Listener {
  readonly heard = new Map<string, string>()
  readonly times = new Map<string, number>()
  async follow(client: MqttClient): Promise<this> {
    client.on('message', (on, payload) => {
      this.heard.set(on, payload.toString())
      this.times.set(on, (this.times.get(on) ?? 0) + 1)
    })
    const grants = await client.subscribeAsync(
      ['homeassistant/#', 'linli/v1/home/gateway/ha/#', 'linli/v1/home/gateway/status'],
      { qos: 1 },
    )
    expect(grants.every(({ qos }) => qos < 128)).toBe(true)
    return this
  }
  json(on: string): Record<string, unknown> {
    return JSON.parse(this.heard.get(on) || '{}') as Record<string, unknown>
  }
  readings(): unknown {
    return this.json(state)['readings']
  }
}

const prefixes = ['homeassistant/#', 'linli/v1/home/gateway/ha/#', 'linli/v1/home/gateway/status']
const people = [
  credential('home.a', 'device', { device: 'a' }),
  credential('home.ha', 'adapter', { prefixes }),
]

describe('Linli in Home Assistant, over a real broker', () => {
  test('embedded: config and states, a toggled reading, a rename, a birth, removal', async () => {
    const rig = new Rig()
    closing.push(() => rig.close())
    const made = out(rig, rig.broker, true, { resendWithinMs: 50, quietMs: 1 })
    await rig.start(rosterOf([device('a'), device('waits', 'pending')], people))
    const sensor = await rig.connect('home.a')
    const ha = await new Listener().follow(await rig.connect('home.ha'))
    const tell = (doorOpen: boolean, seq: number) =>
      sensor.publishAsync(
        topic('a', 'telemetry'),
        JSON.stringify({ ts: Date.now(), seq, values: { doorOpen } }),
        { qos: 1 },
      )
    await tell(true, 1)
    await until('open', () => ha.heard.get(state)?.includes('"doorOpen":"ON"') === true)
    await until('a door', () => ha.heard.get(config)?.includes('r_doorOpen') === true)
    await tell(false, 2)
    await until('shut', () => ha.heard.get(state)?.includes('"doorOpen":"OFF"') === true)
    expect([...ha.heard.keys()].some((on) => on.includes('waits'))).toBe(false)
    expect(ha.json('linli/v1/home/gateway/ha/gateway')).toEqual({ anomalies: 0, alarm: 'OFF' })

    await rig.setRoster(rosterOf([{ ...device('a'), name: '南门' }], people, 2))
    await until('renamed', () => ha.heard.get(config)?.includes('"name":"南门"') === true)

    const before = ha.times.get(config) ?? 0
    const producer = await rig.connect('home.ha', { clientId: 'another' })
    for (let i = 0; i < 3; i++) await producer.publishAsync('homeassistant/status', 'online')
    await until('said again', () => (ha.times.get(config) ?? 0) > before)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(ha.times.get(config)).toBe(before + 1)

    await rig.setRoster(rosterOf([device('a', 'pending')], people, 3))
    await until('taken back', () => ha.heard.get(config) === '' && ha.heard.get(state) === '')
    // Nothing of it came in again: only the sensor itself is known.
    const states = await rig.pipeline.deviceStates('home')
    expect(states.map(({ id }) => id)).toEqual(['a'])
    expect(made.stats()).toEqual({
      'homeassistant.devices-over': 0,
      'homeassistant.publish-failed': 0,
    })
  }, 30_000)

  test('a device of an adapter is not told back; an adapter may not speak in our name', async () => {
    const rig = new Rig()
    closing.push(() => rig.close())
    out(rig, rig.broker)
    await rig.start(rosterOf([device('a'), device('ha-x1')], people))
    const bridge = await rig.connect('home.ha')
    const ha = await new Listener().follow(bridge)
    const theirs = {
      name: 'T',
      uniq_id: 'x1t',
      stat_t: 'homeassistant/x1/t',
      dev: { ids: ['x1'], name: 'X' },
    }
    await bridge.publishAsync('homeassistant/sensor/x1/t/config', JSON.stringify(theirs), {
      qos: 1,
    })
    await bridge.publishAsync(state, 'forged', { qos: 1, retain: true })
    const foreign = async () => (await rig.pipeline.overview('home')).foreign
    await until('known as foreign', async () => (await foreign()).includes('ha-x1'))
    const gone = 'homeassistant/device/linli/home_ha-x1/config'
    await until('not told', () => (ha.heard.get(gone) ?? '') === '' && ha.heard.has(config))
    expect(ha.heard.get(state)).not.toBe('forged')
    expect(rig.dropped['mqtt.not-allowed']).toBeGreaterThan(0)
  }, 30_000)

  test.runIf(needs('mosquitto'))(
    'mosquitto that forgets everything is told all again; switched off, all is taken back',
    async () => {
      const mosquitto = new Mosquitto()
      closing.push(async () => {
        await mosquitto.stop()
        mosquitto.remove()
      })
      await mosquitto.start()
      const rig = new Rig()
      closing.push(() => rig.close())
      await rig.start(rosterOf([device('a')], people))
      const external = (clientId: string): Broker => {
        const broker = createExternalBroker(
          {
            roster: rig.roster,
            record: (record, done) => rig.pipeline.record(record, done),
            onFrame: () => undefined,
            onQuarantine: (message) => rig.quarantined.push(message),
            clock: Date.now,
            random: Math.random,
            logger: silent,
          },
          {
            url: `mqtt://127.0.0.1:${mosquitto.port}`,
            community: 'home',
            clientId,
            reconnectEveryMs: 50,
          },
        )
        closing.push(() => broker.close())
        broker.want(rig.wants)
        return broker
      }
      const look = async (): Promise<Listener> => {
        const client = await connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`)
        closing.push(() => void client.end(true))
        return new Listener().follow(client)
      }
      const first = external('first')
      const made = out(rig, first)
      await first.start()
      const early = await look()
      await until('there', () => early.heard.has(config) && early.heard.has(state))
      await mosquitto.stop('SIGKILL')
      // Nothing that it had kept survives.
      rmSync(join(mosquitto.folder, 'mosquitto.db'), { force: true })
      await mosquitto.start()
      const ha = await look()
      await until('there again', () => ha.heard.has(config) && ha.heard.has(state))
      expect((await rig.pipeline.deviceStates('home')).map(({ id }) => id)).toEqual([])

      await made.close()
      await first.close()
      const second = external('second')
      out(rig, second, false)
      await second.start()
      await until('taken back', () => ha.heard.get(config) === '' && ha.heard.get(state) === '')
    },
    60_000,
  )
})
