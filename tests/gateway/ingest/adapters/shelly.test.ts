import { describe, expect, test } from 'vitest'
import { Shelly } from '../../../../gateway/ingest/adapters/shelly/adapter.ts'
import { Ear, noon, short } from './hear.ts'

// Shapes: shelly-api-docs.shelly.cloud gen2 pages General/Notifications, General/RPCProtocol and the MQTT component (0.14);
// `online` and the energy units as described by testers. Names and values are ours.
const src = 'shellyplusplugs-a0b1c2d3e4f5'
const id = 'shelly-shellyplusplugs-a0b1c2d3e4f5'
const rpc = (params: object, method = 'NotifyStatus', from = src) => ({
  src: from,
  dst: `${from}/events`,
  method,
  params: { ts: noon / 1_000, ...params },
})
const events = `${src}/events/rpc`

describe('Shelly Gen2 and later', () => {
  test('vector 15: a delta before any full status is told as far as it goes, and the rest is asked for once', () => {
    const ear = new Ear(new Shelly())
    const answer = ear.say(
      events,
      rpc({ 'switch:0': { id: 0, output: true, apower: 36.4, aenergy: { total: 12_830.1 } } }),
    )
    expect(short(answer)).toEqual([
      `${id} is shelly ${src}`,
      `${id} beat`,
      `${id} switchOn=true`,
      `${id} power=36.4`,
      `${id} powerMeter=12.8301`,
    ])
    expect(answer.inputs[1]).toMatchObject({ ts: noon })
    expect(answer.publish).toHaveLength(1)
    expect(answer.publish?.[0]).toMatchObject({ topic: `${src}/rpc`, qos: 1 })
    expect(JSON.parse(answer.publish?.[0]?.payload ?? '')).toMatchObject({
      src: `${src}/linli`,
      method: 'Shelly.GetStatus',
    })
    expect(ear.say(events, rpc({ 'switch:0': { id: 0, apower: 40 } })).publish).toEqual([])
    const full = {
      id: 1,
      src,
      dst: `${src}/linli`,
      result: { 'switch:0': { output: true, apower: 40, voltage: 229.1 }, sys: {} },
    }
    expect(short(ear.say(`${src}/linli/rpc`, full))).toEqual([
      `${id} beat`,
      `${id} power=40`,
      `${id} voltage=229.1`,
    ])
    ear.now += 600_000
    expect(ear.say(events, rpc({ 'switch:0': { id: 0, apower: 41 } })).publish).toEqual([])
  })

  test('a press is an event each time; two relays are told apart; null is unknown', () => {
    const ear = new Ear(new Shelly())
    const press = rpc(
      { events: [{ component: 'input:0', id: 0, event: 'single_push', ts: noon / 1_000 }] },
      'NotifyEvent',
    )
    expect(short(ear.say(events, press)).at(-1)).toBe(
      `${id} !action {"component":"input:0","action":"single_push"}`,
    )
    expect(
      short(
        ear.say(
          events,
          rpc({ 'switch:1': { id: 1, output: false }, 'temperature:0': { tC: null } }),
        ),
      ).slice(1),
    ).toEqual([`${id} switchOn2=false`])
    expect(short(ear.say(events, rpc({}, 'NotifyStatus'), { retained: true }))).toEqual([])
  })

  test('vector 5: online by the will; what runs on a battery sleeps and is not offline', () => {
    const ear = new Ear(new Shelly())
    expect(short(ear.say(`${src}/online`, 'true', { retained: true }))).toEqual([
      `${id} is shelly ${src}`,
      `${id} online~`,
    ])
    expect(short(ear.say(`${src}/online`, 'false'))).toEqual([`${id} offline`])
    const battery = {
      'devicepower:0': { battery: { V: 2.9, percent: 55 } },
      'flood:0': { alarm: true },
    }
    expect(short(ear.say(events, rpc(battery, 'NotifyFullStatus')))).toEqual([
      `${id} beat`,
      `${id} battery=55`,
      `${id} voltage=2.9`,
      `${id} waterLeak=true`,
    ])
    expect(short(ear.say(`${src}/online`, 'false'))).toEqual([])
  })

  test('a prefix that somebody chose: who speaks is said by src', () => {
    const ear = new Ear(new Shelly())
    expect(new Shelly().claims('keller/pumpe/online')).toBe(false)
    ear.say('keller/pumpe/events/rpc', rpc({ 'switch:0': { output: true } }))
    expect(short(ear.say('keller/pumpe/online', 'false'))).toEqual([`${id} offline`])
    // Full status of a component repeats what the delta said: one change.
    expect(
      short(ear.say('keller/pumpe/status/switch:0', { id: 0, output: true, apower: 3 })),
    ).toEqual([`${id} beat`, `${id} power=3`])
    expect(new Shelly().claims('acme/door/online')).toBe(false)
  })
})
