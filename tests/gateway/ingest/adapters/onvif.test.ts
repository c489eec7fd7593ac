import { describe, expect, test } from 'vitest'
import { Onvif } from '../../../../gateway/ingest/adapters/onvif/adapter.ts'
import { Ear, noon, short } from './hear.ts'

// Shapes: onvif/specs doc/Core.xml, section "Event Broker", at ae44f9ea. Names and values are ours.
const body = (data: object, source: object = { Source: '1' }) => ({
  UtcTime: new Date(noon - 1_000).toISOString(),
  Source: source,
  Data: data,
})
const open = (): Ear => new Ear(new Onvif(['+']))
const motion = 'cam-12/onvif-ej/RuleEngine/CellMotionDetector/Motion/&1/2/Rule'

describe('ONVIF over MQTT', () => {
  test('vector 14: numbers and booleans with and without quotes are the same', () => {
    const ear = open()
    const first = ear.say(motion, body({ IsMotion: 'true' }))
    expect(short(first)).toEqual([
      'onvif-cam-12 is onvif-device cam-12',
      'onvif-cam-12 beat',
      'onvif-cam-12 cameraMotion=true',
    ])
    expect(first.inputs[1]).toMatchObject({ ts: noon - 1_000 })
    expect(short(ear.say(motion, body({ IsMotion: true })))).toEqual(['onvif-cam-12 beat'])
    const heat = 'cam-12/onvif-ej/Device/Sensor/Temperature'
    expect(short(ear.say(heat, body({ Value: '58.2' })))[1]).toBe('onvif-cam-12 temperature=58.2')
    expect(short(ear.say(heat, body({ Value: 1 })))[1]).toBe('onvif-cam-12 temperature=1')
  })

  test('vector 14: an empty payload deletes a property: unknown, and the next value is a baseline', () => {
    const ear = open()
    ear.say(motion, body({ IsMotion: true }))
    expect(short(ear.say(motion, ''))).toEqual([])
    expect(short(ear.say(motion, body({ IsMotion: false })))).toEqual([
      'onvif-cam-12 beat',
      'onvif-cam-12 cameraMotion=false~',
    ])
  })

  test('vector 1: a property from the memory of a broker is a state, an event from there is nothing', () => {
    const ear = open()
    expect(short(ear.say(motion, body({ IsMotion: true }), { retained: true }))).toEqual([
      'onvif-cam-12 is onvif-device cam-12',
      'onvif-cam-12 cameraMotion=true~',
    ])
    const line = 'cam-12/onvif-ej/RuleEngine/LineDetector/Crossed/&1/2/EastFence'
    const crossed = body({ ObjectId: '15' }, { VideoSource: '1', Rule: 'EastFence' })
    expect(short(ear.say(line, crossed, { retained: true }))).toEqual([])
    const once = ear.say(line, crossed)
    expect(short(once)[1]).toBe(
      'onvif-cam-12 !line.crossed {"VideoSource":"1","Rule":"EastFence","ObjectId":"15"}',
    )
    // Word for word the same with the same time: the same crossing, whose id the pipeline knows.
    expect(ear.say(line, crossed).inputs[1]).toMatchObject({
      id: (once.inputs[1] as { id: string }).id,
    })
  })

  test('vendors name one thing differently; inputs are told apart by their token', () => {
    const ear = open()
    ear.say('cam-12/onvif-ej/VideoSource/MotionAlarm/&1', body({ State: 'false' }))
    expect(
      short(
        ear.say('cam-12/onvif-ej/RuleEngine/TamperDetector/Tamper/&1', body({ IsTamper: '1' })),
      )[1],
    ).toBe('onvif-cam-12 tamper=true')
    const input = body({ LogicalState: 'true' }, { InputToken: 'IN_2' })
    expect(short(ear.say('cam-12/onvif-ej/Device/Trigger/DigitalInput/&IN_2', input))[1]).toBe(
      'onvif-cam-12 input:IN_2=true',
    )
  })

  test('leaves access decisions to the doors, and counts topics that it has no word for', () => {
    const adapter = new Onvif(['+'])
    const ear = new Ear(adapter)
    const granted = 'door-1/onvif-ej/AccessControl/AccessGranted/Credential'
    expect(short(ear.say(granted, body({ CredentialToken: 'res_1' })))).toEqual([])
    ear.say('cam-12/onvif-ej/Media/ProfileChanged', body({}))
    expect(adapter.counters()['topics-unmapped']).toBe(1)
    expect(ear.say(motion, '{').refusal?.code).toBe('payload.not-json')
  })
})
