import { describe, expect, test } from 'vitest'
import { Zigbee2mqtt } from '../../../../gateway/ingest/adapters/zigbee2mqtt/adapter.ts'
import { Ear, short } from './hear.ts'

// Shapes: Koenkk/zigbee2mqtt lib/types/api.ts and lib/extension/{bridge,availability,receive}.ts at 6835cbf5; keys of
// devices: Koenkk/zigbee2mqtt.io docs/devices at 00c0af2c…0014d923. Names and values are ours.
const binary = (property: string, on: unknown = true, off: unknown = false) => ({
  type: 'binary',
  name: property,
  property,
  access: 1,
  value_on: on,
  value_off: off,
})
const numeric = (property: string, unit: string) => ({
  type: 'numeric',
  name: property,
  property,
  access: 1,
  unit,
})
const device = (ieee: string, name: string, exposes: unknown[], more = {}) => ({
  ieee_address: ieee,
  type: 'EndDevice',
  supported: true,
  disabled: false,
  friendly_name: name,
  power_source: 'Battery',
  model_id: 'model',
  definition: { model: 'X1', vendor: 'Acme', description: '', exposes },
  ...more,
})
const coordinator = {
  ieee_address: '0x00124b0011223344',
  type: 'Coordinator',
  friendly_name: 'Coordinator',
  supported: false,
}
const door = device('0x00158d0001a2b3c4', '3号楼/门磁1', [
  binary('contact', false, true),
  numeric('battery', '%'),
  numeric('voltage', 'mV'),
])
const hall = device('0x00158d00000000aa', '3号楼', [
  binary('occupancy'),
  numeric('temperature', '°C'),
])
const smoke = device('0x00158d00000000bb', 'smoke kitchen', [
  binary('smoke'),
  numeric('battery', '%'),
])
const plug = device('0x00158d00000000cc', 'plug', [
  { type: 'switch', features: [{ ...binary('state', 'ON', 'OFF'), access: 7 }] },
  numeric('power', 'W'),
  numeric('energy', 'kWh'),
  numeric('voltage', 'V'),
])
const remote = device('0x00158d00000000dd', 'remote', [
  { type: 'enum', property: 'action', name: 'action', values: ['single'] },
])
const all = [coordinator, door, hall, smoke, plug, remote]
const d = 'z2m-00158d0001a2b3c4'
const h = 'z2m-00158d00000000aa'
const s = 'z2m-00158d00000000bb'
const p = 'z2m-00158d00000000cc'
const b = 'zigbee2mqtt'
const bridge = 'z2m-bridge-00124b0011223344'

function started(list: unknown = all): Ear {
  const ear = new Ear(new Zigbee2mqtt('zigbee2mqtt'))
  ear.say(`${b}/bridge/state`, { state: 'online' })
  ear.say(`${b}/bridge/devices`, list)
  ear.now += 120_000
  return ear
}

describe('zigbee2mqtt', () => {
  test('its devices hang on their coordinator, on a new one too, and on none before it is known', () => {
    const ear = new Ear(new Zigbee2mqtt('zigbee2mqtt'))
    const told = (list: unknown[]): unknown[] =>
      ear
        .say(`${b}/bridge/devices`, list)
        .inputs.flatMap((input) => (input.kind === 'info' ? [[input.device, input.info.via]] : []))
    expect(told([door])).toEqual([[d, undefined]])
    expect(told([coordinator, door])).toEqual([
      [bridge, undefined],
      [d, bridge],
    ])
    expect(told([coordinator, door])).toEqual([])
    const other = { ...coordinator, ieee_address: '0x00124b0099999999' }
    expect(told([other, door])).toEqual([
      ['z2m-bridge-00124b0099999999', undefined],
      [d, 'z2m-bridge-00124b0099999999'],
    ])
  })

  test('brings in every device but the coordinator, by its address, and says what it can', () => {
    const ear = new Ear(new Zigbee2mqtt('zigbee2mqtt'))
    const answer = ear.say(`${b}/bridge/devices`, all, { retained: true })
    expect(short(answer)).toEqual([
      `${bridge} is bridge zigbee2mqtt`,
      `${d} is door-contact 3号楼/门磁1`,
      `${h} is motion 3号楼`,
      `${s} is smoke smoke kitchen`,
      `${p} is power-meter plug`,
      'z2m-00158d00000000dd is sensor remote',
    ])
    expect(answer.inputs[1]).toMatchObject({
      info: { model: 'X1', manufacturer: 'Acme', adapter: 'zigbee2mqtt' },
    })
    expect(short(ear.say(`${b}/bridge/devices`, all))).toEqual([])
  })

  test('vector 8: a name with a slash, in Chinese, that begins with the name of another', () => {
    const ear = started()
    expect(short(ear.say(`${b}/3号楼/门磁1`, { contact: false }))).toEqual([
      `${d} beat`,
      `${d} doorOpen=true`,
    ])
    expect(short(ear.say(`${b}/3号楼`, { occupancy: true }))).toEqual([
      `${h} beat`,
      `${h} motion=true`,
    ])
    expect(short(ear.say(`${b}/3号楼/门磁1/availability`, { state: 'online' }))).toEqual([
      `${d} online`,
    ])
    for (const command of ['set', 'get', 'set/state'])
      expect(short(ear.say(`${b}/3号楼/${command}`, '{"occupancy":false}'))).toEqual([])
    const odd = device('0x00158d00000000ee', '3号楼/availability', [binary('water_leak')])
    ear.say(`${b}/bridge/devices`, [...all, odd])
    expect(short(ear.say(`${b}/3号楼/availability`, { water_leak: true }))[1]).toBe(
      'z2m-00158d00000000ee waterLeak=true',
    )
  })

  test('vectors 2 and 10: a merged state repeats what was so; only what has changed is told', () => {
    const ear = started()
    expect(
      short(ear.say(`${b}/3号楼`, { occupancy: true, temperature: 21.5, linkquality: 90 })),
    ).toEqual([`${h} beat`, `${h} motion=true`, `${h} temperature=21.5`])
    // The device spoke, but not of motion.
    expect(
      short(ear.say(`${b}/3号楼`, { occupancy: true, temperature: 21.6, linkquality: 91 })),
    ).toEqual([`${h} beat`, `${h} temperature=21.6`])
    // Word for word the same: republished from the cache, as far as anybody can tell.
    expect(
      short(ear.say(`${b}/3号楼`, { occupancy: true, temperature: 21.6, linkquality: 91 })),
    ).toEqual([])
  })

  test('last_seen that has moved makes an equal temperature a measurement, and an equal motion still no motion', () => {
    const ear = started()
    const at = (seconds: number) => new Date(ear.now - 500 + seconds).toISOString()
    const state = { occupancy: true, temperature: 20 }
    ear.say(`${b}/3号楼`, { ...state, last_seen: at(0) })
    expect(short(ear.say(`${b}/3号楼`, { ...state, last_seen: at(0) }))).toEqual([
      `${h} beat`,
      `${h} temperature=20`,
    ])
    const old = new Date(ear.now - 3_600_000).toISOString()
    expect(short(ear.say(`${b}/3号楼`, { ...state, last_seen: old }))).toEqual([])
  })

  test('vector 1: what it republishes after its start, or what a broker kept, sets a state and is no sign of life', () => {
    const ear = new Ear(new Zigbee2mqtt('zigbee2mqtt'))
    ear.say(`${b}/bridge/devices`, all)
    ear.say(`${b}/bridge/state`, { state: 'online' })
    expect(short(ear.say(`${b}/smoke kitchen`, { smoke: true, battery: 100 }))).toEqual([
      `${s} smoke=true~`,
      `${s} battery=100~`,
    ])
    ear.now += 120_000
    expect(short(ear.say(`${b}/3号楼`, { occupancy: true }, { retained: true }))).toEqual([
      `${h} motion=true~`,
    ])
    expect(short(ear.say(`${b}/remote`, { action: 'single' }, { retained: true }))).toEqual([])
  })

  test('vector 4: null, "None", "nan" and a missing key are unknown; the first value after it is a baseline', () => {
    const ear = started()
    ear.say(`${b}/3号楼`, { occupancy: true, temperature: 20 })
    for (const unknown of [null, 'None', 'nan'])
      expect(short(ear.say(`${b}/3号楼`, { occupancy: unknown }))).toEqual([`${h} beat`])
    expect(short(ear.say(`${b}/3号楼`, { occupancy: false }))).toEqual([
      `${h} beat`,
      `${h} motion=false~`,
    ])
    ear.say(`${b}/smoke kitchen`, { smoke: null })
    expect(short(ear.say(`${b}/smoke kitchen`, { smoke: true }))[1]).toBe(`${s} smoke=true`)
  })

  test('vector 9: voltage is millivolts or volts, as exposes says; a switch is on in its own words', () => {
    const ear = started()
    expect(short(ear.say(`${b}/3号楼/门磁1`, { contact: true, voltage: 2985 }))).toContain(
      `${d} voltage=2.985`,
    )
    expect(
      short(ear.say(`${b}/plug`, { state: 'ON', power: 36.4, voltage: 229, energy: '12.83' })),
    ).toEqual([
      `${p} beat`,
      `${p} switchOn=true`,
      `${p} power=36.4`,
      `${p} voltage=229`,
      `${p} powerMeter=12.83`,
    ])
  })

  test('vector 5: bridge and device both: a bridge that dies takes along whose availability is watched', () => {
    const ear = started()
    ear.say(`${b}/3号楼/availability`, 'online')
    expect(short(ear.say(`${b}/bridge/state`, 'offline'))).toEqual([
      `${bridge} offline`,
      `${h} offline`,
    ])
    expect(short(ear.say(`${b}/bridge/state`, { state: 'online' }))).toEqual([
      `${bridge} online`,
      `${bridge} beat`,
      `${h} online`,
    ])
    expect(short(ear.say(`${b}/3号楼/availability`, { state: 'offline' }))).toEqual([
      `${h} offline`,
    ])
  })

  test('vector 6: a rename keeps the device, a removal ends it, whatever is still retained', () => {
    const ear = started()
    ear.say(`${b}/3号楼/门磁1`, '')
    const renamed = [...all.filter((each) => each !== door), { ...door, friendly_name: '大门' }]
    expect(short(ear.say(`${b}/bridge/devices`, renamed))).toEqual([`${d} is door-contact 大门`])
    expect(short(ear.say(`${b}/大门`, { contact: true }))).toEqual([
      `${d} beat`,
      `${d} doorOpen=false`,
    ])
    expect(short(ear.say(`${b}/3号楼/门磁1`, { contact: false }))).toEqual([])
    expect(
      short(
        ear.say(
          `${b}/bridge/devices`,
          all.filter((each) => each !== door),
        ),
      ),
    ).toEqual([`${d} gone`])
    expect(
      short(ear.say(`${b}/大门/availability`, { state: 'online' }, { retained: true })),
    ).toEqual([])
  })

  test('an action happens each time, also the same twice; a call for help is a reading', () => {
    const ear = started()
    const press = () => ear.say(`${b}/remote`, { action: 'single', linkquality: 80 })
    const [first, second] = [press(), press()]
    expect(short(first)[1]).toBe('z2m-00158d00000000dd !action {"action":"single"}')
    expect(short(second)).toEqual(short(first))
    expect(first.inputs[1]).not.toMatchObject({ id: (second.inputs[1] as { id: string }).id })
    expect(short(ear.say(`${b}/remote`, { action: 'emergency' }))).toContain(
      'z2m-00158d00000000dd sos=true',
    )
  })

  test('output: attribute comes as one text for each key, all of them each time', () => {
    const ear = started()
    expect(short(ear.say(`${b}/3号楼/门磁1/contact`, 'false'))).toEqual([
      `${d} beat`,
      `${d} doorOpen=true`,
    ])
    expect(short(ear.say(`${b}/3号楼/门磁1/battery`, '91'))).toEqual([
      `${d} beat`,
      `${d} battery=91`,
    ])
    expect(short(ear.say(`${b}/3号楼/门磁1/contact`, 'false'))).toEqual([])
  })

  test('goes on after a restart of the gateway where it was', () => {
    const ear = started()
    ear.say(`${b}/3号楼/门磁1`, { contact: false })
    const after = ear.handOver(new Zigbee2mqtt('zigbee2mqtt'))
    expect(short(after.say(`${b}/3号楼/门磁1`, { contact: false }))).toEqual([])
    expect(short(after.say(`${b}/3号楼/门磁1`, { contact: true }))).toEqual([
      `${d} beat`,
      `${d} doorOpen=false`,
    ])
  })

  test('vector 17: what is no JSON, no UTF-8, too deep or no list is refused', () => {
    const ear = started()
    expect(ear.say(`${b}/3号楼`, '{"a"').refusal?.code).toBe('payload.not-json')
    expect(ear.say(`${b}/3号楼`, `{"a":${'['.repeat(200)}${']'.repeat(200)}}`).refusal?.code).toBe(
      'payload.invalid',
    )
    expect(ear.say(`${b}/bridge/devices`, '{"no":"list"}').refusal?.code).toBe('payload.invalid')
    expect(short(ear.say(`${b}/3号楼`, { occupancy: true }))).toHaveLength(2)
  })
})
