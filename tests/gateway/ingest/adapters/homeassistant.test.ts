import { describe, expect, it } from 'vitest'
import { HomeAssistantAdapter } from '../../../../gateway/ingest/adapters/homeassistant/homeassistant.ts'
import { isOwnAnnouncement } from '../../../../gateway/ingest/adapters/homeassistant/own-topics.ts'
import { type FixtureMessage, fixturesOf, outcomes, play } from './play-fixtures.ts'

const adapter = (): HomeAssistantAdapter =>
  new HomeAssistantAdapter({
    community: 'home',
    prefix: 'homeassistant',
    ownTopic: isOwnAnnouncement('homeassistant'),
  })

// What producers send to Home Assistant, byte for byte, and what Linli makes of it.
describe('Home Assistant discovery', () => {
  it.each(fixturesOf('homeassistant'))('%s', (_name, { messages, expect: expected }) => {
    const { inputs, refused } = play([adapter()], messages)
    expect(outcomes(inputs)).toMatchObject(expected.devices)
    expect(Object.keys(outcomes(inputs)).toSorted()).toEqual(
      Object.keys(expected.devices).toSorted(),
    )
    expect(refused).toEqual(expected.refused ?? [])
  })

  it.each(fixturesOf('homeassistant'))(
    '%s says the same when the gateway restarts after each message',
    (_name, { messages, expect: expected }) => {
      const rows = new Map<string, string>()
      const inputs: Parameters<typeof outcomes>[0][number][] = []
      let startAt: number | undefined
      for (const message of messages) {
        const fresh = adapter()
        fresh.restore([...rows].map(([key, value]) => ({ key, value })))
        const played = play([fresh], [message], startAt === undefined ? {} : { startAt })
        startAt = played.endAt
        inputs.push(...played.inputs)
        for (const { key, value } of fresh.takeDirty())
          if (value === null) rows.delete(key)
          else rows.set(key, value)
      }
      expect(outcomes(inputs)).toMatchObject(expected.devices)
    },
  )

  const leak = (pl: string): FixtureMessage => ({ topic: 'acme/leak', payload: pl, retain: true })
  const bell = { topic: 'acme/bell', json: { event_type: 'press' }, retain: true }
  const config = (component: string, id: string, json: object): FixtureMessage => ({
    topic: `homeassistant/${component}/${id}/config`,
    json: { uniq_id: id, dev: { ids: ['box'], name: '箱' }, ...json },
    retain: true,
  })
  const both = [
    config('binary_sensor', 'leak', { stat_t: 'acme/leak', dev_cla: 'moisture' }),
    config('event', 'bell', { stat_t: 'acme/bell', evt_typ: ['press'] }),
  ]

  it('vector 1: what a broker remembers sets a state and is no event', () => {
    const { inputs } = play([adapter()], [...both, leak('ON'), bell], { fromMemory: true })
    expect(outcomes(inputs)['ha-box']).toMatchObject({
      readings: { waterLeak: ['~true'] },
      events: [],
    })
  })

  it('vector 2: the same state twice is one change', () => {
    const { inputs } = play([adapter()], [...both, leak('OFF'), leak('ON'), leak('ON'), leak('ON')])
    expect(outcomes(inputs)['ha-box']?.readings).toEqual({ waterLeak: [false, true] })
  })

  it('vector 5: a will, then a reconnection, then a state', () => {
    const announce = config('binary_sensor', 'leak', {
      stat_t: 'acme/leak',
      avty_t: 'acme/status',
      dev_cla: 'moisture',
    })
    const status = (payload: string): FixtureMessage => ({
      topic: 'acme/status',
      payload,
      retain: true,
    })
    const messages = [
      announce,
      status('online'),
      leak('OFF'),
      status('offline'),
      status('online'),
      leak('OFF'),
      leak('ON'),
    ]
    const { inputs } = play([adapter()], messages)
    expect(outcomes(inputs)['ha-box']).toMatchObject({
      online: [true, false, true],
      readings: { waterLeak: [false, true] },
    })
  })

  it('several leak sensors of one device are one: wet while any of them is', () => {
    const second = config('binary_sensor', 'leak2', { stat_t: 'acme/leak2', dev_cla: 'moisture' })
    const other = (payload: string): FixtureMessage => ({ topic: 'acme/leak2', payload })
    const messages = [
      ...both,
      second,
      leak('OFF'),
      other('ON'),
      leak('ON'),
      other('OFF'),
      leak('OFF'),
    ]
    const { inputs } = play([adapter()], messages)
    expect(outcomes(inputs)['ha-box']?.readings).toEqual({ waterLeak: [false, true, true, false] })
  })

  it('a device hangs on what it names as via_device, from when that is announced until it is removed', () => {
    const behind = (id: string, ids: unknown, via?: string): FixtureMessage =>
      config('sensor', id, {
        stat_t: `acme/${id}`,
        dev: { ids, name: id, ...(via === undefined ? {} : { via_device: via }) },
      })
    const rows = new Map<string, string>()
    const told = (message: FixtureMessage): unknown[] => {
      const one = adapter()
      one.restore([...rows].map(([key, value]) => ({ key, value })))
      const { inputs } = play([one], [message])
      for (const { key, value } of one.takeDirty())
        if (value === null) rows.delete(key)
        else rows.set(key, value)
      return inputs.flatMap((input) =>
        input.kind === 'info' ? [`${input.device} > ${input.info.via ?? 'nothing'}`] : [],
      )
    }
    expect(told(behind('lamp', 'lamp', 'hub-serial'))).toEqual(['ha-lamp > nothing'])
    expect(told(behind('own', 'own', 'own'))).toEqual(['ha-own > nothing'])
    const hub = behind('hub', ['hub', 'hub-serial'])
    expect(told(hub)).toEqual(['ha-hub > nothing', 'ha-lamp > ha-hub'])
    expect(told(hub)).toEqual([])
    expect(told(behind('valve', 'valve', 'hub'))).toEqual(['ha-valve > ha-hub'])
    expect(told({ topic: hub.topic, payload: '' })).toEqual([
      'ha-lamp > nothing',
      'ha-valve > nothing',
    ])
  })

  it('asks for exactly what it needs of an external broker, and for a topic no longer than it is announced', () => {
    const one = adapter()
    const fixed = ['homeassistant/+/+/config', 'homeassistant/+/+/+/config', 'esphome/discover/+']
    expect(one.filters()).toEqual(fixed)
    play([one], both)
    expect(one.filters()).toEqual([...fixed, 'acme/leak', 'acme/bell'])
    expect(one.filters()).toBe(one.filters())
    play(
      [one],
      both.map(({ topic }) => ({ topic, payload: '' })),
    )
    expect(one.filters()).toEqual(fixed)
    expect(one.takeDirty().every(({ value }) => value === null)).toBe(true)
  })

  it('takes no more announcements in a minute than the bound, and never its own', () => {
    const one = adapter()
    const many = Array.from({ length: 6_100 }, () => ({ ...both[0]!, after: 1 }))
    expect(play([one], many).refused).toHaveLength(100)
    const own = { topic: 'homeassistant/device/linli/demo_x/config', json: { dev: { ids: ['x'] } } }
    expect(play([adapter()], [own])).toMatchObject({ inputs: [], refused: [] })
  })
})
