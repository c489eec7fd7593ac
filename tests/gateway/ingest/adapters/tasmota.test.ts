import { describe, expect, test } from 'vitest'
import { Tasmota } from '../../../../gateway/ingest/adapters/tasmota/adapter.ts'
import { Ear, short } from './hear.ts'

// Shapes: arendst/Tasmota tasmota/tasmota_xdrv_driver/xdrv_12_discovery.ino at 080cdb4f, xdrv_02_9_mqtt.ino at 00c06394;
// STATE and ENERGY as in public logs. Names and values are ours.
const config = (more = {}) => ({
  ip: '10.0.4.21',
  dn: '2单元插座',
  fn: ['2单元插座', null],
  hn: 'tasmota-9CF9D1-6609',
  mac: 'AABBCC9CF9D1',
  md: 'Plug',
  ty: 0,
  if: 0,
  ofln: 'Offline',
  onln: 'Online',
  state: ['OFF', 'ON', 'TOGGLE', 'HOLD'],
  sw: '14.2.0',
  t: 'plug_2u',
  ft: '%prefix%/%topic%/',
  tp: ['cmnd', 'stat', 'tele'],
  rl: [1, 0],
  swc: [-1, 2],
  swn: [null, '门磁'],
  btn: [0, 0],
  so: { 4: 0 },
  lk: 0,
  lt_st: 0,
  bat: 0,
  dslp: 0,
  ver: 1,
  ...more,
})
const discovery = 'tasmota/discovery/AABBCC9CF9D1/config'
const id = 'tasmota-aabbcc9cf9d1'

function known(more = {}): Ear {
  const ear = new Ear(new Tasmota('tasmota/discovery'))
  ear.say(discovery, config(more), { retained: true })
  return ear
}

describe('Tasmota', () => {
  test('is known by its MAC address, and asked for its state: it retains none', () => {
    const ear = new Ear(new Tasmota('tasmota/discovery'))
    const answer = ear.say(discovery, config(), { retained: true })
    expect(short(answer)).toEqual([`${id} is switch 2单元插座`])
    expect(answer.publish).toEqual([
      { topic: 'cmnd/plug_2u/STATE', payload: '', retain: false, qos: 0 },
      { topic: 'cmnd/plug_2u/STATUS', payload: '8', retain: false, qos: 0 },
    ])
    expect(ear.say(discovery, config()).publish ?? []).toEqual([])
  })

  test('one press that comes as RESULT and as POWER is one change', () => {
    const ear = known()
    expect(short(ear.say('stat/plug_2u/RESULT', { POWER: 'ON' }))).toEqual([
      `${id} beat`,
      `${id} switchOn=true`,
    ])
    expect(short(ear.say('stat/plug_2u/POWER', 'ON'))).toEqual([`${id} beat`])
    expect(
      short(
        ear.say('tele/plug_2u/STATE', {
          Time: '1970-01-01T00:00:10',
          POWER: 'OFF',
          Wifi: { RSSI: 44 },
        }),
      ),
    ).toEqual([`${id} beat`, `${id} switchOn=false`])
  })

  test('vector 11: another FullTopic, SetOption4 and two relays with words of their own', () => {
    const ear = known({
      ft: 'haus/%topic%/%prefix%/',
      rl: [1, 1],
      state: ['aus', 'an', 'TOGGLE', 'HOLD'],
    })
    expect(short(ear.say('haus/plug_2u/stat/POWER1', { POWER1: 'an' }))).toEqual([
      `${id} beat`,
      `${id} switchOn=true`,
    ])
    expect(short(ear.say('haus/plug_2u/stat/POWER2', 'an'))).toEqual([
      `${id} beat`,
      `${id} switchOn2=true`,
    ])
    expect(short(ear.say('haus/plug_2u/stat/RESULT', { POWER2: 'TOGGLE' }))).toEqual([`${id} beat`])
    ear.say(discovery, config({ t: 'new_name' }))
    expect(short(ear.say('stat/new_name/POWER', 'OFF'))[1]).toBe(`${id} switchOn=false`)
    // Nothing is known of a topic alone: it is no identity.
    expect(short(ear.say('stat/plug_2u/POWER', 'ON'))).toEqual([])
  })

  test('SENSOR measures anew each time; local times without a zone count from when they came', () => {
    const ear = known()
    const report = {
      Time: '2026-11-20T18:15:00',
      Switch2: 'ON',
      ENERGY: { Total: 12.345, Power: 22, Voltage: 229, Current: 0.174, Today: 0.3 },
      AM2301: { Temperature: 71.6, Humidity: 40 },
      'DS18B20-1': { Temperature: 212 },
      COUNTER: { C1: 77 },
      TempUnit: 'F',
    }
    const answer = ear.say('tele/plug_2u/SENSOR', report)
    expect(short(answer)).toEqual([
      `${id} beat`,
      `${id} input2=true`,
      `${id} powerMeter=12.345`,
      `${id} power=22`,
      `${id} voltage=229`,
      `${id} current=0.174`,
      `${id} temperature=22`,
      `${id} humidity=40`,
      `${id} temperature2=100`,
      `${id} counter1=77`,
    ])
    expect(answer.inputs.every((input) => !('ts' in input) || input.ts === input.receivedAt)).toBe(
      true,
    )
    expect(short(ear.say('tele/plug_2u/SENSOR', report))).toHaveLength(9)
  })

  test('three phases are added up; a meter that was set back falls', () => {
    const ear = known()
    const phases = (total: number) => ({
      ENERGY: { Total: [total, 1, 1], Power: [10, 20, 30], Voltage: [229, 230, 231] },
    })
    expect(short(ear.say('tele/plug_2u/SENSOR', phases(10)))).toEqual([
      `${id} beat`,
      `${id} powerMeter=12`,
      `${id} power=60`,
      `${id} voltage=229`,
      `${id} voltage2=230`,
      `${id} voltage3=231`,
    ])
    expect(short(ear.say('tele/plug_2u/SENSOR', phases(0)))[1]).toBe(`${id} powerMeter=2`)
  })

  test('the answer to STATUS 8, a switch with SetOption114, a button with SetOption73', () => {
    const ear = known()
    expect(
      short(
        ear.say('stat/plug_2u/STATUS8', { StatusSNS: { Switch2: 'OFF', ENERGY: { Power: 5 } } }),
      ),
    ).toEqual([`${id} beat`, `${id} input2=false`, `${id} power=5`])
    expect(short(ear.say('stat/plug_2u/RESULT', { Switch2: { Action: 'ON' } }))[1]).toBe(
      `${id} input2=true`,
    )
    expect(short(ear.say('stat/plug_2u/RESULT', { Button1: { Action: 'SINGLE' } }))[1]).toBe(
      `${id} !action {"button":"button1","action":"single"}`,
    )
  })

  test('vector 5: the will by its own words, from a memory too; in deep sleep it is offline by intent', () => {
    const ear = known({ onln: '在线', ofln: '离线' })
    expect(short(ear.say('tele/plug_2u/LWT', '离线', { retained: true }))).toEqual([
      `${id} offline~`,
    ])
    expect(short(ear.say('tele/plug_2u/LWT', '在线'))).toEqual([`${id} online`, `${id} beat`])
    expect(ear.say('tele/plug_2u/LWT', 'Online').refusal?.code).toBe('payload.invalid')
    expect(short(known({ dslp: 1 }).say('tele/plug_2u/LWT', 'Offline'))).toEqual([])
  })

  test('vector 6: SetOption19 takes its config back: it is gone; commands of others are not heard', () => {
    const ear = known()
    expect(short(ear.say(discovery, ''))).toEqual([`${id} gone`])
    expect(short(ear.say('stat/plug_2u/POWER', 'ON'))).toEqual([])
    expect(new Tasmota('tasmota/discovery').claims('cmnd/plug_2u/POWER')).toBe(false)
  })

  test('goes on after a restart of the gateway where it was', () => {
    const ear = known()
    ear.say('stat/plug_2u/POWER', 'ON')
    const after = ear.handOver(new Tasmota('tasmota/discovery'))
    expect(short(after.say('stat/plug_2u/RESULT', { POWER: 'ON' }))).toEqual([`${id} beat`])
  })
})
