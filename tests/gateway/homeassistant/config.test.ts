import { describe, expect, test } from 'vitest'
import { boxConfig, boxState } from '../../../gateway/homeassistant/box-config.ts'
import {
  deviceConfig,
  deviceState,
  type Retained,
  type Seen,
} from '../../../gateway/homeassistant/device-config.ts'
import { HomeAssistantAdapter } from '../../../gateway/ingest/adapters/homeassistant/homeassistant.ts'
import { isOwnAnnouncement } from '../../../gateway/ingest/adapters/homeassistant/own-topics.ts'
import { parseTemplate } from '../../../gateway/ingest/adapters/homeassistant/template.ts'
import { Ear, short } from '../ingest/adapters/hear.ts'

const point = (value: number | boolean | string) => ({ ts: 1, value })
const seen = (more: Partial<Seen> = {}): Seen => ({
  device: { id: 'door-1', community: 'home', type: 'door-sensor', name: '3号楼门磁' },
  people: [],
  state: {
    online: true,
    health: null,
    lastValues: { temperature: point(21.5), doorOpen: point(true) },
  },
  camera: null,
  ...more,
})
const parsed = (message: Retained) => JSON.parse(message.payload) as Record<string, unknown>
const componentsOf = (message: Retained) =>
  parsed(message)['cmps'] as Record<string, Record<string, unknown>>

describe('what a Home Assistant is told', () => {
  test('a device, word for word', () => {
    const message = deviceConfig('homeassistant', seen())
    expect(message.topic).toBe('homeassistant/device/linli/home_door-1/config')
    const state = 'linli/v1/home/gateway/ha/door-1'
    const box = { topic: 'linli/v1/home/gateway/status' }
    expect(parsed(message)).toEqual({
      dev: {
        ids: ['linli_home_door-1'],
        name: '3号楼门磁',
        mf: 'Linli',
        mdl: 'door-sensor',
        via_device: 'linli_home_gateway',
      },
      o: { name: 'Linli' },
      stat_t: state,
      qos: 1,
      avty: [box, { topic: state, val_tpl: '{{ value_json.availability }}' }],
      avty_mode: 'all',
      cmps: {
        offline: {
          p: 'binary_sensor',
          uniq_id: 'linli_home_door-1_offline',
          name: '离线 offline',
          dev_cla: 'problem',
          ent_cat: 'diagnostic',
          val_tpl: '{{ value_json.offline }}',
          avty: [box],
        },
        r_doorOpen: {
          p: 'binary_sensor',
          uniq_id: 'linli_home_door-1_r_doorOpen',
          dev_cla: 'door',
          val_tpl: "{{ value_json.readings['doorOpen'] }}",
        },
        r_temperature: {
          p: 'sensor',
          uniq_id: 'linli_home_door-1_r_temperature',
          dev_cla: 'temperature',
          unit_of_meas: '°C',
          stat_cla: 'measurement',
          val_tpl: "{{ value_json.readings['temperature'] }}",
        },
      },
    })
    expect(deviceState(seen())).toEqual({
      topic: state,
      payload:
        '{"availability":"online","offline":"OFF","readings":{"doorOpen":"ON","temperature":21.5}}',
    })
  })

  test('every config keeps the rules of the device form, and every template gives a word of the state', () => {
    const alarms = ['motion', 'smoke', 'gas', 'waterLeak', 'sos', 'liftFault', 'liftTrapped']
    const lastValues = Object.fromEntries(alarms.map((name) => [name, point(true)]))
    const full = seen({ camera: 'frozen', state: { online: false, health: null, lastValues } })
    const pairs = [
      [deviceConfig('homeassistant', full), deviceState(full)],
      [boxConfig('homeassistant', 'home'), boxState('home', [])],
    ] as const
    for (const [config, state] of pairs) {
      const { dev, o } = parsed(config) as { dev: { ids: string[] }; o: { name: string } }
      expect(dev.ids).toHaveLength(1)
      expect(o.name).toBe('Linli')
      const parts = Object.values(componentsOf(config))
      expect(new Set(parts.map((part) => part['uniq_id'])).size).toBe(parts.length)
      for (const part of parts) {
        expect(part['p']).toMatch(/^(binary_)?sensor$/)
        expect(part['uniq_id']).toMatch(/^linli_[a-zA-Z0-9_-]+$/)
        if (part['stat_t'] !== undefined) continue
        const template = parseTemplate(part['val_tpl'] as string)
        const said = template?.render(state.payload, JSON.parse(state.payload)) ?? ''
        if (part['p'] === 'binary_sensor') expect(said).toMatch(/^(ON|OFF)$/)
        else expect(said).toMatch(/^(frozen|\d+(\.\d+)?)$/)
      }
    }
    const classes = Object.values(componentsOf(pairs[0][0])).map((part) => part['dev_cla'])
    expect(new Set(classes)).toEqual(
      new Set(['problem', 'enum', 'motion', 'smoke', 'gas', 'moisture', 'safety']),
    )
    expect(parsed(pairs[0][1])).toMatchObject({ availability: 'offline', offline: 'ON' })
  })

  test('no text, no number of the wrong kind, no name of a resident', () => {
    const told = seen({
      device: { id: 'm-1', community: 'home', type: 'motion', name: '吴奶奶家客厅' },
      people: ['吴桂芳', '吴奶奶'],
      state: {
        online: null,
        health: null,
        lastValues: {
          plate: point('沪A12345'),
          temperature: point(true),
          'x }}{{ y': point(3),
          ownNumber: point(4),
        },
      },
    })
    const config = deviceConfig('homeassistant', told)
    const text = config.payload + deviceState(told).payload
    expect(text).not.toMatch(/吴|沪|plate|temperature|\}\}\{\{/)
    expect((parsed(config)['dev'] as { name: string }).name).toBe('motion m-1')
    expect(Object.keys(componentsOf(config))).toEqual(['offline', 'r_ownNumber'])
  })

  test('the box counts what is open; only a critical type is an alarm', () => {
    const leak = { type: 'water.leak', count: 2 }
    expect(parsed(boxState('home', [leak]))).toEqual({ anomalies: 2, alarm: 'OFF' })
    const smoke = { type: 'smoke.alarm', count: 1 }
    expect(parsed(boxState('home', [leak, smoke]))).toEqual({ anomalies: 3, alarm: 'ON' })
  })

  test('our own adapter makes nothing of them', () => {
    const adapter = new HomeAssistantAdapter({
      community: 'home',
      prefix: 'homeassistant',
      ownTopic: isOwnAnnouncement('homeassistant'),
      births: true,
    })
    const ear = new Ear(adapter)
    for (const { topic, payload } of [
      deviceConfig('homeassistant', seen()),
      boxConfig('homeassistant', 'home'),
    ]) {
      expect(short(ear.say(topic, payload))).toEqual([])
      expect(short(ear.say(topic, payload, { retained: true }))).toEqual([])
    }
    expect(adapter.counters()).toMatchObject({ ownConfigs: 4, configs: 0 })
    expect(adapter.claims(deviceState(seen()).topic)).toBe(false)
    expect([...adapter.takeDirty()]).toEqual([])
  })
})
