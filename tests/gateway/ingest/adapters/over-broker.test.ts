import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import type { Broker } from '../../../../gateway/broker/broker.ts'
import { createExternalBroker } from '../../../../gateway/broker/external-broker.ts'
import { credential, Rig, rosterOf, secret, silent, until } from '../../broker/rig.ts'
import { Mosquitto } from '../../../support/mosquitto.ts'
import { needs } from '../../../support/needs.ts'

// Shapes as in the tests of each adapter, which name their upstream files.
const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const zigbee = (name: string, ieee: string, properties: object[]) => ({
  ieee_address: ieee,
  type: 'EndDevice',
  friendly_name: name,
  definition: { model: 'X', vendor: 'Acme', exposes: properties },
})
const contact = { type: 'binary', property: 'contact', value_on: false, value_off: true }
/** With all that its devices can, such a list is larger than any other message. */
const list = [
  { ieee_address: '0x00124b0011223344', type: 'Coordinator', friendly_name: 'Coordinator' },
  zigbee('3号楼/门磁1', '0x00158d0001a2b3c4', [contact]),
  ...Array.from({ length: 400 }, (_, i) =>
    zigbee(`lamp ${i}`, `0x00158d${i.toString(16).padStart(10, '0')}`, [
      { type: 'numeric', property: 'temperature', unit: '°C', description: 'x'.repeat(800) },
    ]),
  ),
]
const tasmota = {
  mac: 'AABBCC9CF9D1',
  dn: '插座',
  t: 'plug',
  ft: '%prefix%/%topic%/',
  tp: ['cmnd', 'stat', 'tele'],
  state: ['OFF', 'ON'],
  onln: 'Online',
  ofln: 'Offline',
  rl: [1],
}
const shelly = 'shellyplugsg3-a0b1c2d3e4f5'
const person = { id: '1.2-a', camera: 'gate', label: 'person', current_zones: [], score: 0.9 }

/** Topic, payload, and the reading that must come of it in the end. */
const table: readonly (readonly [string, unknown, (readonly [string, string, unknown])?])[] = [
  ['zigbee2mqtt/bridge/devices', list],
  ['zigbee2mqtt/3号楼/门磁1', { contact: false }, ['z2m-00158d0001a2b3c4', 'doorOpen', true]],
  ['tasmota/discovery/AABBCC9CF9D1/config', tasmota],
  [
    'tele/plug/SENSOR',
    { ENERGY: { Total: 12.345 } },
    ['tasmota-aabbcc9cf9d1', 'powerMeter', 12.345],
  ],
  [
    'frigate/events',
    { type: 'new', before: person, after: person },
    ['frigate-gate', 'personCount', 1],
  ],
  [
    'cam-12/onvif-ej/VideoSource/MotionAlarm/&1',
    { Source: {}, Data: { State: 'true' } },
    ['onvif-cam-12', 'cameraMotion', true],
  ],
  [
    `${shelly}/events/rpc`,
    { src: shelly, method: 'NotifyStatus', params: { 'switch:0': { aenergy: { total: 1_500 } } } },
    [`shelly-${shelly}`, 'powerMeter', 1.5],
  ],
]
const bytesOf = (payload: unknown): string =>
  typeof payload === 'string' ? payload : JSON.stringify(payload)

async function arrived(rig: Rig): Promise<void> {
  for (const [, , wanted] of table) {
    if (wanted === undefined) continue
    const [device, reading, value] = wanted
    await until(`${device} ${reading}`, async () => (await rig.values(device, reading)).length > 0)
    expect(await rig.values(device, reading)).toEqual([value])
  }
}

describe('devices of others, over a real broker', () => {
  test('embedded, with an adapter credential; a ThingsBoard device signs in with a token alone', async () => {
    const rig = new Rig()
    closing.push(() => rig.close())
    const prefixes = [
      'zigbee2mqtt/#',
      'tasmota/#',
      'tele/#',
      'frigate/#',
      '+/onvif-ej/#',
      `${shelly}/#`,
    ]
    const token = credential('home.adapter.tb', 'adapter', { prefixes: ['v1/devices/me/#'] })
    await rig.start(rosterOf([], [credential('home.bridge', 'adapter', { prefixes }), token]))
    const bridge = await rig.connect('home.bridge')
    for (const [topic, payload] of table)
      await bridge.publishAsync(topic, bytesOf(payload), {
        qos: 1,
        retain: topic.endsWith('config'),
      })
    await arrived(rig)
    await expect(rig.connect(`home.adapter.tb.${secret}x`, { password: '' })).rejects.toThrow()
    const box = await rig.connect(`home.adapter.tb.${secret}`, { password: '' })
    await box.publishAsync('v1/devices/me/telemetry', '{"leak":true}', { qos: 1 })
    const states = await rig.pipeline.deviceStates('home')
    const mine = states.find(({ id }) => id.startsWith('tb-'))
    expect(mine?.lastValues['waterLeak']?.value).toBe(true)
    expect(rig.quarantined).toEqual([])
  }, 120_000)

  test.runIf(needs('mosquitto'))(
    'mosquitto, byte for byte from mosquitto_pub; what was retained while we were away is a state',
    async () => {
      const mosquitto = new Mosquitto()
      closing.push(async () => {
        await mosquitto.stop()
        mosquitto.remove()
      })
      await mosquitto.start()
      const rig = new Rig()
      closing.push(() => rig.close())
      await rig.start(rosterOf([], []))
      const publish = (topic: string, payload: unknown, ...flags: string[]): Promise<unknown> => {
        const file = join(mosquitto.folder, 'payload')
        writeFileSync(file, bytesOf(payload))
        const options = ['-p', String(mosquitto.port), '-t', topic, '-f', file, '-q', '1', ...flags]
        return new Promise((resolve) => spawn('mosquitto_pub', options).once('exit', resolve))
      }
      await publish('zigbee2mqtt/bridge/devices', list, '-r')
      await publish('zigbee2mqtt/lamp 1', { temperature: 20 }, '-r')
      await publish('tasmota/discovery/AABBCC9CF9D1/config', tasmota, '-r')
      const broker: Broker = createExternalBroker(
        {
          roster: rig.roster,
          record: (record, done) => rig.pipeline.record(record, done),
          onFrame: () => undefined,
          onQuarantine: (message) => rig.quarantined.push(message),
          clock: Date.now,
          random: Math.random,
          logger: silent,
        },
        { url: `mqtt://127.0.0.1:${mosquitto.port}`, community: 'home' },
      )
      closing.push(() => broker.close())
      rig.pipeline.onCommitted(({ wants }) => {
        if (wants !== null) broker.want(wants)
      })
      broker.want(rig.wants)
      await broker.start()
      await until(
        'its list is known',
        async () => (await rig.pipeline.deviceStates('home')).length > 402,
      )
      // Where Tasmota speaks is known from its discovery only: then it is subscribed to.
      await new Promise((resolve) => setTimeout(resolve, 500))
      for (const [topic, payload] of table) await publish(topic, payload)
      await arrived(rig)
      expect(broker.stats().problems).toEqual([])
    },
    120_000,
  )
})
