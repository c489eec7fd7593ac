import { describe, expect, test } from 'vitest'
import { defaultDoor, type DoorSettings } from '../../../contracts/access.ts'
import type { RosterDevice } from '../../../contracts/roster.ts'
import { createAccessEngine } from '../../../gateway/access/access-engine.ts'
import type { Effect } from '../../../gateway/model/effect.ts'
import type { StateRow } from '../../../gateway/model/engine.ts'
import type { AccessFact, AlarmFact, CrossingFact, Input } from '../../../gateway/model/input.ts'
import { aDevice, brief, community, play, reading, rosterOf, t0 } from '../rules/stand.ts'

const door = (settings: Partial<DoorSettings> = {}): RosterDevice =>
  aDevice('door-1', {
    type: 'door-terminal',
    door: { ...defaultDoor, cameras: ['cam-1'], fireInput: 'smoke-1', ...settings },
  })
const opened = (atMs: number, value = true, more = {}) =>
  reading('door-1', 'doorOpen', value, atMs, more)
const granted = (atMs: number, more: Partial<AccessFact> = {}): AccessFact => ({
  kind: 'access',
  community,
  door: 'door-1',
  ts: t0 + atMs,
  receivedAt: t0 + atMs,
  granted: true,
  holder: { kind: 'resident', id: 'res_1', name: '吴桂芬' },
  reason: 'ok',
  method: 'card',
  ...more,
})
const crossed = (atMs: number, ...tracks: string[]): CrossingFact => ({
  kind: 'crossing',
  community,
  camera: 'cam-1',
  ts: t0 + atMs,
  receivedAt: t0 + atMs,
  crossings: tracks.map((trackId) => ({
    line: 'line-1',
    trackId: trackId.replace('-out', ''),
    group: 'person',
    direction: trackId.endsWith('-out') ? 'out' : 'in',
  })),
  totals: { peopleIn: 0, peopleOut: 0, vehiclesIn: 0, vehiclesOut: 0 },
})
const alarm = (atMs: number, key = 'access.spoof:demo:door-1'): AlarmFact => ({
  kind: 'alarm',
  community,
  device: 'door-1',
  type: 'access.spoof',
  key,
  ts: t0 + atMs,
  receivedAt: t0 + atMs,
  title: { zh: '疑似', en: 'spoof' },
  description: { zh: '疑似', en: 'spoof' },
  subject: null,
  evidence: [],
  rule: { id: 'access-spoof', version: '1' },
})
const button = (atMs: number): Input => ({
  kind: 'event',
  community,
  device: 'door-1',
  id: `b${atMs}`,
  ts: t0 + atMs,
  type: 'door.exit-button',
  data: {},
  receivedAt: t0 + atMs,
})
const run = (inputs: readonly Input[], untilMs: number, devices = [door()]): string[] =>
  brief(play(createAccessEngine({ roster: rosterOf(devices) }), inputs, untilMs))
const shut = opened(0, false)

describe('a door that opens', () => {
  test.each<[string, Input[], string[]]>([
    ['after a grant', [shut, granted(1_000), opened(3_000)], []],
    ['just before its grant is on record', [shut, opened(3_000), granted(3_500)], []],
    ['after the exit button', [shut, button(1_000), opened(2_000)], []],
    ['by hand from afar', [shut, granted(1_000, { method: 'manual' }), opened(2_000)], []],
    ['after nothing at all', [shut, opened(3_000)], ['+door.forced@3']],
    ['long after a grant', [shut, granted(1_000), opened(9_100)], ['+door.forced@9.1']],
    [
      'after a refusal',
      [shut, granted(1_000, { granted: false }), opened(2_000)],
      ['+door.forced@2'],
    ],
    [
      'and is shut again at once',
      [shut, opened(3_000), opened(4_000, false)],
      ['+door.forced@3', '-door.forced@6'],
    ],
    ['as the first that we hear of it', [opened(3_000)], []],
    ['an hour ago, as we now hear', [shut, opened(1, true, { receivedAt: t0 + 3_600_000 })], []],
    [
      'when smoke stands in the house',
      [shut, reading('smoke-1', 'smoke', true, 1_000), opened(30_000)],
      [],
    ],
  ])('%s', (_name, inputs, expected) => {
    const last = inputs.at(-1)?.receivedAt ?? t0
    expect(run(inputs, last - t0 + 10_000)).toEqual(expected)
  })

  test('by force is told though the clock of the lock is hours off, or was set back meanwhile', () => {
    const off = (ms: number) => (atMs: number, value: boolean) =>
      opened(atMs, value, { ts: t0 + atMs + ms })
    for (const at of [off(-7_200_000), off(200_000)]) {
      const inputs = [at(0, false), granted(9_000), at(10_000, true), at(20_000, false)]
      const effects = run([...inputs, at(60_000, true), at(61_000, false)], 90_000)
      expect(effects).toEqual(['+door.forced@60', '-door.forced@63'])
    }
    const back = off(-7_200_000)
    const told = [opened(0, false), back(10_000, false), back(20_000, false), back(60_000, true)]
    expect(run(told, 70_000)).toEqual(['+door.forced@60'])
  })

  test('a clock of the lock that is hours off changes nothing', () => {
    const late = { ts: t0 - 7_200_000 }
    expect(run([opened(0, false, late), granted(1_000), opened(2_000, true, late)], 9_000)).toEqual(
      [],
    )
  })

  test('the contact of a home, and a door that nobody set up, are not judged', () => {
    const contact = aDevice('door-1', { type: 'door-contact', household: 'hh_1' })
    expect(run([shut, opened(3_000)], 400_000, [contact])).toEqual([])
  })
})

describe('a door that stays open', () => {
  test('is a ticket after its time, once, and over when it shuts', () => {
    const inputs = [shut, granted(1_000), opened(2_000), opened(50_000), opened(100_000, false)]
    expect(run(inputs, 200_000)).toEqual(['+door.held-open@62', '-door.held-open@100'])
  })

  test('may stay open while there is fire, and its time begins anew after it', () => {
    const smoke = (value: boolean, atMs: number) => reading('smoke-1', 'smoke', value, atMs)
    const inputs = [shut, smoke(true, 1_000), opened(2_000), smoke(false, 300_000)]
    expect(run(inputs, 350_000)).toEqual([])
    expect(run(inputs, 361_000)).toEqual(['+door.held-open@360'])
  })

  test('a fire input with several alarms is quiet once all of them are', () => {
    const inputs = [
      shut,
      reading('smoke-1', 'smoke', true, 1_000),
      reading('smoke-1', 'gas', false, 1_001),
      opened(30_000),
    ]
    expect(run(inputs, 200_000)).toEqual([])
  })

  test('a fire input that the door no longer has silences it no longer', () => {
    const roster = rosterOf([door()])
    const engine = createAccessEngine({ roster })
    play(engine, [shut, reading('smoke-1', 'smoke', true, 1_000)], 2_000)
    roster.replace({ ...roster.snapshot(), version: 2, devices: [door({ fireInput: null })] })
    expect(brief(play(engine, [opened(30_000)], 40_000))).toEqual(['+door.forced@30'])
  })

  test('what happened while the gateway was down is held against nobody', () => {
    const start: Input = { kind: 'start', downSince: t0 + 10_000, receivedAt: t0 + 600_000 }
    const inputs = [shut, granted(1_000), opened(2_000), start, opened(601_000)]
    expect(run(inputs, 650_000)).toEqual([])
  })

  test('a door that is withdrawn takes its anomaly with it', () => {
    const roster = rosterOf([door()])
    const engine = createAccessEngine({ roster })
    play(engine, [shut, granted(1_000), opened(2_000)], 70_000)
    const { devices: _, ...rest } = roster.snapshot()
    roster.replace({ ...rest, devices: [], version: 2 })
    const [effect] = engine.apply({ kind: 'tick', receivedAt: t0 + 71_000 })
    expect(effect).toMatchObject({ kind: 'clear', key: 'door.held-open:demo:door-1' })
    expect(engine.nextDueAt()).toBeNull()
  })
})

describe('our own clock', () => {
  test('set back by a day delays no ticket by a day, and raises none', () => {
    const dayMs = 86_400_000
    const engine = createAccessEngine({ roster: rosterOf([door()]) })
    const inputs = [
      opened(dayMs, false),
      alarm(dayMs),
      granted(dayMs + 1_000),
      opened(dayMs + 2_000),
    ]
    expect(brief(play(engine, inputs))).toEqual(['+access.spoof@86400'])
    expect(engine.apply({ kind: 'tick', receivedAt: t0 })).toEqual([])
    const effects = brief(play(engine, [], 700_000))
    expect(effects).toEqual(['+door.held-open@60', '-access.spoof@600'])
  })

  test('set forward raises nothing for a time in which nobody looked', () => {
    const engine = createAccessEngine({ roster: rosterOf([door()]) })
    play(engine, [shut, granted(1_000), opened(2_000), crossed(2_500, 'a', 'b')])
    expect(engine.apply({ kind: 'tick', receivedAt: t0 + 86_400_000 })).toEqual([])
  })
})

describe('tail-gating', () => {
  test.each<[string, Input[], number]>([
    ['one grant, one person', [granted(0), crossed(2_000, 'a')], 0],
    [
      'one grant, one person seen in several frames',
      [granted(0), crossed(2_000, 'a'), crossed(3_000, 'a')],
      0,
    ],
    ['one grant, two people', [granted(0), crossed(2_000, 'a'), crossed(3_000, 'b')], 1],
    [
      'two grants, two people',
      [granted(0), crossed(2_000, 'a'), granted(3_000), crossed(5_000, 'b')],
      0,
    ],
    ['one in, one out', [granted(0), crossed(2_000, 'a', 'b-out')], 0],
    ['people without any grant', [crossed(2_000, 'a', 'b')], 0],
    ['a second person long after', [granted(0), crossed(2_000, 'a'), crossed(60_000, 'b')], 0],
    ['opened by hand for a group', [granted(0, { method: 'manual' }), crossed(2_000, 'a', 'b')], 0],
    [
      'leaving by a door that leads out',
      [granted(0, { direction: 'out' }), crossed(2_000, 'a', 'b')],
      0,
    ],
  ])('%s', (_name, inputs, tickets) => {
    const raised = run(inputs, 100_000).filter((text) => text.startsWith('+access.tailgating'))
    expect(raised).toHaveLength(tickets)
  })
})

describe('alarms that have no end of their own', () => {
  test('repeat while they come again, end ten minutes after the last, and can come anew', () => {
    const effects = run([alarm(0), alarm(300_000), alarm(2_000_000)], 3_000_000)
    expect(effects).toEqual([
      '+access.spoof@0',
      '+access.spoof@300',
      '-access.spoof@900',
      '+access.spoof@2000',
      '-access.spoof@2600',
    ])
  })
})

describe('what must survive kill -9', () => {
  const visitorFact = (atMs: number, more: Partial<AccessFact> = {}): AccessFact =>
    granted(atMs, { holder: { kind: 'visitor', id: 'vis_1', name: '李四' }, method: 'qr', ...more })

  test('the state is saved in rows, restored to the same effects, and counts entries', () => {
    const roster = rosterOf([door({ direction: 'in' })])
    const visits = { ...roster.snapshot(), version: 2 }
    roster.replace({
      ...visits,
      visitors: [
        {
          id: 'vis_1',
          community,
          name: '李四',
          host: null,
          pinHashHex: null,
          plate: null,
          doors: [],
          from: 0,
          to: 9e15,
          entriesMax: 3,
        },
      ],
    })
    const inputs: Input[] = [
      shut,
      visitorFact(1_000, { direction: 'in' }),
      visitorFact(4_000, { direction: 'in' }),
      visitorFact(20_000, { direction: 'in' }),
      visitorFact(25_000, { direction: 'out' }),
      opened(26_000),
      alarm(27_000),
    ]
    const whole = createAccessEngine({ roster })
    const rows = new Map<string, string>()
    const keep = (given: readonly StateRow[]): void => {
      for (const { key, value } of given)
        if (value === null) rows.delete(key)
        else rows.set(key, value)
    }
    const wholeEffects: Effect[] = []
    const stepped: Effect[] = []
    for (const input of inputs) {
      wholeEffects.push(...whole.apply(input))
      const engine = createAccessEngine({ roster })
      engine.restore([...rows].map(([key, value]) => ({ key, value })))
      stepped.push(...engine.apply(input))
      keep(engine.takeDirty())
    }
    const again = createAccessEngine({ roster })
    again.restore([...rows].map(([key, value]) => ({ key, value })))
    expect(stepped).toEqual(wholeEffects)
    expect(again.nextDueAt()).toBe(whole.nextDueAt())
    expect(again.memory()).toEqual(whole.memory())
    // Twice within ten seconds at one door is one entry, and leaving is none.
    expect(again.memory().entries).toMatchObject([{ visitor: 'vis_1', count: 2 }])
    expect(again.memory().passages).toMatchObject([{ direction: 'out' }])
    expect(brief(play(again, [], 1_000_000))).toEqual(brief(play(whole, [], 1_000_000)))
  })
})
