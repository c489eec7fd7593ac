import { describe, expect, test } from 'vitest'
import { ThingsBoard } from '../../../../gateway/ingest/adapters/thingsboard/adapter.ts'
import { Ear, noon, short } from './hear.ts'

// Shapes: thingsboard.io reference, mqtt-api/telemetry, gateway-api/overview and gateway-api/telemetry. Names and values are ours.
const me = 'v1/devices/me/telemetry'
const gateway = 'v1/gateway/telemetry'
const deviceOf = (answer: { inputs: readonly unknown[] }): string =>
  (answer.inputs[0] as { device: string }).device

describe('ThingsBoard style input', () => {
  test('the three forms of telemetry, under names that are ours where they mean ours', () => {
    const ear = new Ear(new ThingsBoard())
    const first = ear.say(
      me,
      { temperature: 22.5, Leak: 'true', batteryLevel: '91', mode: 'eco', nested: { a: 1 } },
      { client: 'tb.1' },
    )
    const id = deviceOf(first)
    expect(id).toMatch(/^tb-[0-9a-f]{16}$/)
    expect(short(first)).toEqual([
      `${id} is sensor tb.1`,
      `${id} beat`,
      `${id} temperature=22.5`,
      `${id} waterLeak=true`,
      `${id} battery=91`,
      `${id} mode=eco`,
    ])
    const dated = ear.say(
      'v2/t',
      { ts: noon - 5_000, values: { temperature: 23 } },
      { client: 'tb.1' },
    )
    expect(dated.inputs).toMatchObject([
      { kind: 'beat', ts: noon - 5_000 },
      { name: 'temperature', ts: noon - 5_000 },
    ])
    const batch = [
      { ts: noon - 1_000, values: { t: 2 } },
      { ts: noon - 2_000, values: { t: 1 } },
    ]
    expect(
      short(ear.say(me, batch, { client: 'tb.1' })).filter((line) => line.includes('=')),
    ).toEqual([`${id} t=1`, `${id} t=2`])
  })

  test('vector 16: what is hours late is history: kept with its time, no alarm, no sign of life', () => {
    const adapter = new ThingsBoard()
    const late = new Ear(adapter).say(gateway, {
      A栋水浸1: [{ ts: noon - 7_200_000, values: { leak: true } }],
    })
    const id = deviceOf(late)
    expect(short(late)).toEqual([`${id} is sensor A栋水浸1`, `${id} waterLeak=true~`])
    expect(late.inputs[1]).toMatchObject({ ts: noon - 7_200_000 })
    expect(adapter.counters()['late']).toBe(1)
  })

  test('vector 16: two gateways with a device of one name have two devices', () => {
    const ear = new Ear(new ThingsBoard())
    const telemetry = { A栋水浸1: [{ values: { leak: false } }] }
    const one = ear.say(gateway, telemetry, { client: 'home.adapter.1' })
    const two = ear.say(gateway, telemetry, { client: 'home.adapter.2' })
    expect(deviceOf(one)).not.toBe(deviceOf(two))
  })

  test('connect introduces a device with its type and proves nothing; disconnect says it is lost, until it speaks', () => {
    const ear = new Ear(new ThingsBoard())
    const connected = ear.say('v1/gateway/connect', { device: 'A栋水浸1', type: 'leak' })
    const id = deviceOf(connected)
    expect(short(connected)).toEqual([`${id} is leak A栋水浸1`])
    expect(short(ear.say('v1/gateway/disconnect', { device: 'A栋水浸1' }))).toEqual([
      `${id} offline`,
    ])
    expect(short(ear.say('v1/gateway/connect', { device: 'A栋水浸1', type: 'leak' }))).toEqual([])
    const spoken = ear.say(gateway, { A栋水浸1: [{ values: { battery: 91 } }] })
    expect(short(spoken)).toEqual([`${id} online`, `${id} beat`, `${id} battery=91`])
  })

  test('through an external broker every device would be me: refused, and the reason is said', () => {
    const ear = new Ear(new ThingsBoard())
    expect(ear.say(me, { t: 1 }, { client: 'broker' }).refusal?.code).toBe('mqtt.topic-unknown')
    expect(
      short(ear.say(gateway, { x: [{ values: { t: 1 } }] }, { client: 'broker' })),
    ).toHaveLength(3)
  })

  test('vector 17: too many readings, no object, no JSON: refused', () => {
    const ear = new Ear(new ThingsBoard())
    expect(
      ear.say(
        me,
        Array.from({ length: 1_001 }, () => ({ t: 1 })),
      ).refusal?.code,
    ).toBe('payload.invalid')
    expect(ear.say(me, '[1]').refusal?.code).toBe('payload.invalid')
    expect(ear.say(me, 'x').refusal?.code).toBe('payload.not-json')
  })
})
