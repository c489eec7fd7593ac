import { describe, expect, test } from 'vitest'
import type { RosterDevice } from '../../../contracts/roster.ts'
import type { Input } from '../../../gateway/model/input.ts'
import {
  aCamera,
  aDevice,
  beat,
  brief,
  camera,
  community,
  healthFor,
  inOrder,
  play,
  start,
  status,
  t0,
} from './stand.ts'

const s = 1_000
const minute = 60 * s
const hour = 60 * minute

/** Each speaks in its interval, out of step with the others, from `from` up to `to`. */
const talk = (devices: readonly RosterDevice[], from: number, to: number): Input[] =>
  devices.flatMap((device, index) => {
    if (device.camera !== null) return [camera('ok', from, from, device.id)]
    const everyMs = device.intervalMs ?? minute
    const beats: Input[] = []
    for (let at = from + ((index * 7_919) % everyMs); at < to; at += everyMs)
      beats.push(beat(at, device.id))
    return beats
  })

const cut = (cameras: readonly RosterDevice[], at: number): Input[] =>
  cameras.map(({ id }, index) => camera('offline', at + 10 * s + index * 700, at, id))

const theSwitch = aDevice('switch-1', { type: 'switch', name: '6 号楼楼道交换机' })
const sensors = Array.from({ length: 36 }, (_, i) =>
  aDevice(`sensor-${i}`, {
    via: 'switch-1',
    intervalMs: [10 * s, minute, 5 * minute][i % 3] ?? minute,
    place: { name: `6 号楼 ${i} 室` },
  }),
)
const cameras = Array.from({ length: 4 }, (_, i) =>
  aCamera(`cam-${i}`, { via: 'switch-1', place: { name: `6 号楼 ${i} 层` } }),
)
const others = Array.from({ length: 20 }, (_, i) =>
  aDevice(`other-${i}`, { intervalMs: minute, place: { name: `7 号楼 ${i} 室` } }),
)
const behind = [...sensors, ...cameras]

describe('one report per cause', () => {
  test('a dead switch is one ticket, not forty', () => {
    const { engine } = healthFor([theSwitch, ...behind, ...others])
    const inputs = inOrder([
      ...talk(behind, 0, hour),
      ...cut(cameras, hour),
      ...talk(others, 0, 3 * hour),
    ])
    const effects = play(engine, inputs, 3 * hour)
    const raised = effects.filter(({ kind }) => kind === 'raise')
    expect(raised).toHaveLength(1)
    expect(effects.filter(({ kind }) => kind === 'clear')).toEqual([])
    const [report] = raised
    if (report?.kind !== 'raise') throw new Error('no report')
    expect(report.key).toBe('device.offline:demo:via/switch-1')
    expect(report.device).toBe('switch-1')
    expect(report.title.zh).toMatch(/^6 号楼楼道交换机或它的电源：\d+ 台设备同时离线$/)
    expect(report.at - t0 - hour).toBeLessThanOrEqual(2 * minute)
    const states = engine.states(community, t0 + 3 * hour)
    expect(behind.filter(({ id }) => states.get(id)?.cause !== report.key)).toEqual([])
    expect(states.get('other-3')?.state).toBe('online')
  })

  test('when it is back the report ends, and who stays away gets one of its own', () => {
    const { engine } = healthFor([theSwitch, ...behind, ...others])
    const back = behind.filter(({ id }) => id !== 'sensor-1')
    const inputs = inOrder([
      ...talk(behind, 0, hour),
      ...cut(cameras, hour),
      ...talk(others, 0, 5 * hour),
      ...talk(back, 2 * hour, 5 * hour),
    ])
    const effects = brief(play(engine, inputs, 5 * hour)).filter((line) => !line.startsWith('*'))
    expect(effects.map((line) => line.replace(/@.*/, ''))).toEqual([
      '+device.offline:via/switch-1',
      '-device.offline:via/switch-1',
      '+device.offline:sensor-1',
    ])
  })

  test('without `via` it is seen from the place that they share', () => {
    const place = { name: '9 号楼楼道' }
    const here = Array.from({ length: 12 }, (_, i) =>
      aDevice(`here-${i}`, { place, intervalMs: minute }),
    )
    const { engine } = healthFor([...here, ...others])
    const inputs = inOrder([...talk(here, 0, hour), ...talk(others, 0, 2 * hour)])
    const effects = play(engine, inputs, 2 * hour)
    expect(effects).toHaveLength(1)
    const [report] = effects
    if (report?.kind !== 'raise') throw new Error('no report')
    expect(report.title).toEqual({
      zh: '9 号楼楼道的交换机或电源：12 台设备同时离线',
      en: 'Switch or power at 9 号楼楼道: 12 devices offline together',
    })
    expect(report.description.zh).toContain('设备 here-0、设备 here-1')
    expect(report.severity).toBe('major')
  })

  test('two that die by chance in one place are two; one among many that speak is one', () => {
    const place = { name: '9 号楼楼道' }
    const here = Array.from({ length: 12 }, (_, i) =>
      aDevice(`here-${i}`, { place, intervalMs: minute }),
    )
    const { engine } = healthFor([...here, ...others])
    const inputs = inOrder([
      ...talk(here.slice(0, 2), 0, hour),
      ...talk(here.slice(2), 0, 2 * hour),
      ...talk(others, 0, 2 * hour),
    ])
    expect(brief(play(engine, inputs, 2 * hour)).map((line) => line.replace(/@.*/, ''))).toEqual([
      '+device.offline:here-0',
      '+device.offline:here-1',
    ])
  })

  test('the whole community at once is its network', () => {
    const { engine } = healthFor([theSwitch, ...behind, ...others])
    const effects = play(
      engine,
      inOrder([...talk([...behind, ...others], 0, hour), ...cut(cameras, hour)]),
      3 * hour,
    )
    const open = new Set<string>()
    for (const effect of effects)
      if (effect.kind === 'raise') open.add(effect.key)
      else if (effect.kind === 'clear') {
        expect(effect.resolves).toBe(true)
        open.delete(effect.key)
      }
    expect([...open]).toEqual(['device.offline:demo:all/'])
    // The fast ones of one switch are found first, then it turns out to be more.
    expect(effects.filter(({ kind }) => kind === 'raise').length).toBeLessThanOrEqual(2)
  })

  test('a bridge that says it is offline makes its devices unknown, not offline', () => {
    const bridge = aDevice('bridge', { type: 'bridge' })
    const children = sensors.slice(0, 5).map((device) => ({ ...device, via: 'bridge' }))
    const { engine } = healthFor([bridge, ...children, ...others])
    const inputs = inOrder([
      status(true, 0, false, 'bridge'),
      ...talk(children, 0, hour),
      ...talk(others, 0, 4 * hour),
      status(false, hour, false, 'bridge'),
      status(true, 3 * hour, false, 'bridge'),
      ...talk(children, 3 * hour + 5 * s, 4 * hour),
    ])
    const until = inputs.filter(({ receivedAt }) => receivedAt < t0 + 2 * hour)
    expect(brief(play(engine, until, 2 * hour))).toEqual(['+device.offline:bridge@3630'])
    expect(engine.states(community, t0 + 2 * hour).get('sensor-1')?.state).toBe('unknown')
    const later = inputs.filter(({ receivedAt }) => receivedAt >= t0 + 2 * hour)
    expect(brief(play(engine, later, 4 * hour - minute))).toEqual(['-device.offline:bridge@10800'])
    expect(engine.states(community, t0 + 4 * hour - minute).get('sensor-1')?.state).toBe('online')
  })

  test('a ring of parents hurts nobody', () => {
    const ring = ['a', 'b', 'c'].map((id, i) =>
      aDevice(id, { intervalMs: minute, via: ['b', 'c', 'a'][i] ?? 'a', place: { name: id } }),
    )
    const { engine } = healthFor([...ring, ...others])
    const inputs = inOrder([...talk(ring, 0, hour), ...talk(others, 0, 2 * hour)])
    const raised = play(engine, inputs, 2 * hour).filter(({ kind }) => kind === 'raise')
    expect(raised.length).toBeGreaterThanOrEqual(1)
    expect(raised.length).toBeLessThanOrEqual(3)
  })
})

describe('a restart storm settles', () => {
  const crowd = Array.from({ length: 1_000 }, (_, i) =>
    aDevice(`d-${String(i).padStart(4, '0')}`, {
      intervalMs: [30 * s, minute, 5 * minute][i % 3] ?? minute,
      place: { name: `${i % 40} 号楼` },
    }),
  )
  test('a thousand devices, an hour down, late wills and retained statuses: nothing is raised', () => {
    const { engine } = healthFor(crowd)
    const up = 3 * hour
    const wills = crowd.flatMap(({ id }, i): Input[] =>
      i % 4 === 0
        ? [
            status(false, up + 2 * s, i % 8 === 0, id),
            status(true, up + 20 * s + i * 10, false, id),
          ]
        : [],
    )
    const inputs = [
      ...inOrder(talk(crowd, 0, 11 * minute)),
      start(11 * minute, up),
      ...inOrder([...wills, ...talk(crowd, up + 25 * s, up + 12 * minute)]),
    ]
    expect(brief(play(engine, inputs, up + 12 * minute))).toEqual([])
  })

  test('those that do not come back are told of afterwards, as one', () => {
    const { engine } = healthFor(crowd)
    const up = 3 * hour
    const [lost, back] = [
      crowd.filter((_, i) => i % 40 === 7),
      crowd.filter((_, i) => i % 40 !== 7),
    ]
    const inputs = [
      ...inOrder(talk(crowd, 0, 11 * minute)),
      start(11 * minute, up),
      ...inOrder(talk(back, up + 25 * s, up + 12 * minute)),
    ]
    const raised = brief(play(engine, inputs, up + 12 * minute)).filter((line) =>
      line.startsWith('+'),
    )
    expect(lost).toHaveLength(25)
    expect(raised.map((line) => line.replace(/@.*/, ''))).toEqual(['+device.offline:place/7 号楼'])
  })
})
