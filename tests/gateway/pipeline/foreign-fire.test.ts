import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultDoor } from '../../../contracts/access.ts'
import { Zigbee2mqtt } from '../../../gateway/ingest/adapters/zigbee2mqtt/adapter.ts'
import { externalClient } from '../../../gateway/model/record.ts'
import { createFireWatch } from '../../../gateway/wiring/fire-watch.ts'
import { device, rosterOf } from '../broker/rig.ts'
import { Bench } from './bench.ts'

const id = 'z2m-00158d00000000bb'
const described = JSON.stringify([
  {
    ieee_address: '0x00158d00000000bb',
    type: 'EndDevice',
    supported: true,
    disabled: false,
    friendly_name: 'smoke',
    definition: {
      model: 'X1',
      vendor: 'Acme',
      description: '',
      exposes: [
        {
          type: 'binary',
          name: 'smoke',
          property: 'smoke',
          access: 1,
          value_on: true,
          value_off: false,
        },
      ],
    },
  },
])

let bench: Bench
beforeEach(() => {
  bench = new Bench(undefined, {
    community: 'home',
    create: () => [new Zigbee2mqtt('zigbee2mqtt')],
  })
  const door = { ...device('door-1'), door: { ...defaultDoor, cameras: [], fireInput: id } }
  bench.run([bench.record('roster', '', JSON.stringify(rosterOf([device(id), door], [], 2)))])
  say('zigbee2mqtt/bridge/devices', described, true)
})
afterEach(() => bench.close())

function say(topic: string, text: string | Uint8Array, retain = false, afterMs = 0): string[] {
  bench.now += afterMs
  const heard: string[] = []
  const fire = createFireWatch(bench.runner.processor.roster.book, (_, input, active) =>
    heard.push(`${input} ${active}`),
  )
  const result = bench.run([
    {
      kind: 'publish',
      receivedAt: bench.now,
      topic,
      client: externalClient,
      retain,
      payload: Buffer.from(text),
    },
  ])
  fire.derived(result.fireReadings)
  return heard
}

test('a smoke detector of zigbee2mqtt opens fire doors, live only', () => {
  expect(say('zigbee2mqtt/smoke', '{"smoke":true}', true)).toEqual([])
  expect(say('zigbee2mqtt/smoke', '{"smoke":false}', false, 120_000)).toEqual([])
  expect(say('zigbee2mqtt/smoke', '{"smoke":true}', false, 60_000)).toEqual([`${id} true`])
  // What the bridge says anew after its own restart is no news.
  say('zigbee2mqtt/bridge/state', '{"state":"online"}', false, 60_000)
  expect(say('zigbee2mqtt/smoke', '{"smoke":true}', false, 1_000)).toEqual([])
})

test('a megabyte and text that is no UTF-8 are refused and counted', () => {
  const many = `{"smoke":true,"x":"${'a'.repeat(1_000_000)}"}`
  expect(say('zigbee2mqtt/smoke', many)).toEqual([])
  expect(say('zigbee2mqtt/smoke', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d))).toEqual([])
  const [health] = bench.runner.processor.adapters?.stats() ?? []
  expect(health?.refused).toBe(2)
})
