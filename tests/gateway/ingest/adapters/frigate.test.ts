import { describe, expect, test } from 'vitest'
import { Frigate } from '../../../../gateway/ingest/adapters/frigate/adapter.ts'
import { deviceId } from '../../../../gateway/ingest/adapters/device-id.ts'
import { Ear, noon, short } from './hear.ts'

// Shapes: blakeblackshear/frigate docs/docs/integrations/mqtt.md, frigate/comms/{mqtt,dispatcher}.py and
// frigate/track/tracked_object.py at e3fa7018. Names and values are ours.
const options = {
  community: 'home',
  prefix: 'frigate',
  faces: { 张三: 'res_1' },
  faceScoreMin: 0.9,
}
const gate = deviceId('frigate', 'gate_east')
const seconds = noon / 1_000
const object = (id: string, more = {}) => ({
  id,
  camera: 'gate_east',
  frame_time: seconds + 0.25,
  label: 'person',
  sub_label: null,
  score: 0.88,
  false_positive: false,
  start_time: seconds,
  end_time: null,
  box: [410, 220, 690, 480],
  current_zones: [],
  entered_zones: [],
  stationary: false,
  ...more,
})
const event = (type: string, after: object) => ({ type, before: after, after })

function open(): { ear: Ear; frigate: Frigate } {
  const frigate = new Frigate(options)
  return { ear: new Ear(frigate), frigate }
}

describe('Frigate', () => {
  test('an object becomes a camera, a count and events, with times in seconds', () => {
    const { ear } = open()
    const first = ear.say('frigate/events', event('new', object('a')))
    expect(short(first)).toEqual([
      `${gate} is frigate-camera gate_east`,
      `${gate} beat`,
      `${gate} !object.entered {"label":"person","score":0.88,"zones":[]}`,
      `${gate} personCount=1`,
    ])
    expect(first.inputs[1]).toMatchObject({ ts: noon + 250 })
    expect(
      short(
        ear.say('frigate/events', event('update', object('a', { current_zones: ['fire_lane'] }))),
      ),
    ).toEqual([
      `${gate} beat`,
      `${gate} !zone.entered {"label":"person","zone":"fire_lane"}`,
      `${gate} personCount:fire_lane=1`,
    ])
    expect(
      short(ear.say('frigate/events', event('end', object('a', { end_time: seconds + 9 })))),
    ).toEqual([
      `${gate} beat`,
      `${gate} !object.left {"label":"person"}`,
      `${gate} personCount=0`,
      `${gate} personCount:fire_lane=0`,
    ])
  })

  test('vector 13: an end that is lost is given up after three minutes without a word', () => {
    const { ear, frigate } = open()
    ear.say('frigate/events', event('new', object('a')))
    const due = frigate.nextDueAt()
    expect(due).toBe(noon + 180_000)
    expect(short({ inputs: frigate.tick(noon + 179_000) })).toEqual([])
    expect(short({ inputs: frigate.tick(noon + 180_000) })).toEqual([`${gate} personCount=0`])
    expect(frigate.nextDueAt()).toBe(null)
  })

  test('vector 13: stopped or gone, nobody looks: cameras are offline, and nothing is counted', () => {
    const { ear, frigate } = open()
    expect(short(ear.say('frigate/available', 'online'))).toEqual([
      'frigate is frigate Frigate frigate',
      'frigate online',
      'frigate beat',
    ])
    ear.say('frigate/events', event('new', object('a')))
    expect(short(ear.say('frigate/available', 'stopped'))).toEqual([
      'frigate offline',
      `${gate} offline`,
    ])
    expect(frigate.nextDueAt()).toBe(null)
    expect(ear.say('frigate/available', 'online').publish).toEqual([
      { topic: 'frigate/onConnect', payload: '', retain: false, qos: 0 },
    ])
    const stats = { cameras: { gate_east: { camera_fps: 5.1, connection_quality: 'excellent' } } }
    expect(short(ear.say('frigate/stats', stats))).toEqual([`${gate} online`, `${gate} beat`])
    const dead = { cameras: { gate_east: { camera_fps: 0, connection_quality: 'unusable' } } }
    expect(short(ear.say('frigate/stats', dead))).toEqual([`${gate} offline`])
    // The first count after nobody looked is a baseline.
    expect(short(ear.say('frigate/events', event('new', object('b')))).at(-1)).toBe(
      `${gate} personCount=1~`,
    )
  })

  test('vector 13: a face counts above the score and with a resident; without a name, below it or retained it does not', () => {
    const { ear, frigate } = open()
    const face = (name: string | null, score: number) => ({
      type: 'face',
      id: 'a',
      name,
      score,
      camera: 'lobby',
      timestamp: seconds,
    })
    const topic = 'frigate/tracked_object_update'
    ear.say(topic, face(null, 0.99))
    expect(short(ear.say(topic, face('张三', 0.7)))).toEqual([])
    expect(short(ear.say(topic, face('李四', 0.99)))).toEqual([])
    expect(short(ear.say(topic, face('张三', 0.93), { retained: true }))).toEqual([])
    const seen = ear.say(topic, face('张三', 0.93))
    expect(short(seen)).toEqual(['frigate-lobby sees res_1'])
    expect(seen.inputs[0]).toMatchObject({ ts: noon, similarity: 0.93 })
    expect(short(ear.say(topic, face('张三', 0.95)))).toEqual([])
    expect(frigate.counters()).toMatchObject({
      'faces-below-threshold': 1,
      'faces-without-resident': 1,
    })
  })

  test('a plate is an event of the camera and opens nothing', () => {
    const { ear } = open()
    const plate = {
      type: 'lpr',
      id: 'a',
      name: null,
      plate: '沪A·12345',
      score: 0.95,
      camera: 'gate_east',
      timestamp: seconds,
    }
    expect(short(ear.say('frigate/tracked_object_update', plate)).at(-1)).toBe(
      `${gate} !plate.seen {"plate":"沪A12345","score":0.95}`,
    )
  })

  test('status of detection, moving pixels, and what is there when it is asked', () => {
    const { ear } = open()
    expect(short(ear.say('frigate/gate_east/status/detect', 'disabled'))).toEqual([
      `${gate} is frigate-camera gate_east`,
      `${gate} detecting=false`,
    ])
    expect(short(ear.say('frigate/gate_east/status/detect', 'online'))).toEqual([
      `${gate} detecting=true`,
      `${gate} online`,
    ])
    expect(short(ear.say('frigate/gate_east/motion', 'ON'))).toEqual([
      `${gate} beat`,
      `${gate} cameraMotion=true`,
    ])
    ear.say('frigate/events', event('new', object('a')))
    const activity = {
      gate_east: { motion: true, objects: [{ id: 'b', label: 'car-verified', current_zones: [] }] },
    }
    expect(short(ear.say('frigate/camera_activity', activity))).toEqual([
      `${gate} personCount=0`,
      `${gate} carCount=1`,
    ])
    for (const noise of [
      'gate_east/person',
      'gate_east/detect/state',
      'reviews',
      'gate_east/person/snapshot',
    ])
      expect(short(ear.say(`frigate/${noise}`, '1'))).toEqual([])
  })

  test('two Frigates with cameras of one name are two cameras', () => {
    const other = new Frigate({ ...options, prefix: 'frigate2' })
    const [info] = new Ear(other).say('frigate2/events', event('new', object('a'))).inputs
    expect(info).toMatchObject({ kind: 'info' })
    expect(info).not.toMatchObject({ device: gate })
    expect(other.claims('frigate/events')).toBe(false)
  })

  test('what Frigate takes back as false was nothing; a retained event is not believed', () => {
    const { ear } = open()
    expect(short(ear.say('frigate/events', event('new', object('a')), { retained: true }))).toEqual(
      [],
    )
    ear.say('frigate/events', event('new', object('a')))
    expect(
      short(ear.say('frigate/events', event('end', object('a', { false_positive: true })))),
    ).toEqual([`${gate} beat`, `${gate} personCount=0`])
  })

  test('goes on after a restart of the gateway where it was', () => {
    const { ear } = open()
    ear.say('frigate/events', event('new', object('a')))
    const restarted = new Frigate(options)
    const after = ear.handOver(restarted)
    expect(restarted.nextDueAt()).toBe(noon + 180_000)
    expect(short(after.say('frigate/events', event('end', object('a')))).at(-1)).toBe(
      `${gate} personCount=0`,
    )
  })
})
