import { describe, expect, test } from 'vitest'
import { hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import type { Input } from '../../../gateway/model/input.ts'
import {
  access,
  aDevice,
  brief,
  changeResident,
  community,
  counting,
  engineOf,
  inOrder,
  play,
  playAll,
  quiet,
  rosterOf,
  t0,
  wu,
} from './stand.ts'

const at = (hours: number): number => t0 + hours * hourMs
const said = (type: string, ts: number, data: object): Input => ({
  kind: 'event',
  community,
  device: 'gateway',
  id: `${type}-${ts}`,
  ts,
  type,
  data: { resident: 'wu', ts, ...data },
  receivedAt: ts,
})
const homeDevices = ['door', 'motion', 'water', 'power'].map((id) => aDevice(id))
/** The last motion is at t0; everything reports and is still until `to`. */
function still(to: number) {
  const motion = counting('motion')
  const meters = { water: counting('water'), power: counting('power') }
  const inputs = inOrder([
    ...quiet(motion, t0 - hourMs, t0 - minuteMs, { motion: false }),
    ...motion.at(t0, { motion: true }),
    ...quiet(motion, t0 + minuteMs, to, { motion: false }),
    ...quiet(meters.water, t0 - hourMs, to, { waterMeter: 5 }),
    ...quiet(meters.power, t0 - hourMs, to, { powerMeter: 100 }),
  ])
  return { inputs, motion, ...meters }
}

describe('weights', () => {
  test('one weak sign ends no alarm that stands, and is shown; two independent ones end it', () => {
    const engine = engineOf(rosterOf([wu()], homeDevices))
    const home = still(at(24.9))
    expect(brief(play(engine, home.inputs))).toContain('+unseen@24')
    const door = counting('door')
    play(engine, quiet(door, at(24), at(24.9), { doorOpen: false }))
    const first = playAll(engine, door.at(at(25), { doorOpen: true }))
    expect(first).toMatchObject([{ kind: 'add', key: 'resident.unseen:demo:wu' }])
    const again = playAll(engine, door.at(at(25.1), { doorOpen: false }))
    expect(again).toEqual([])
    const second = play(engine, home.water.at(at(25.4), { waterMeter: 5.02 }))
    expect(brief(second)).toContain('-unseen@25.4!')
    expect(second[0]?.evidence).toHaveLength(2)
  })

  test('what was said counts for what it says', () => {
    const cases: readonly [string, object, boolean][] = [
      ['care.checkin', {}, true],
      ['care.call', { answered: true, byWhom: 'self' }, true],
      ['care.call', { answered: true, byWhom: 'family' }, false],
      ['care.call', { answered: false }, false],
    ]
    for (const [type, data, ends] of cases) {
      const engine = engineOf(rosterOf([wu()], homeDevices))
      play(engine, still(at(24.9)).inputs)
      const effects = brief(play(engine, [said(type, at(25), data)]))
      expect([type, data, effects.includes('-unseen@25!')]).toEqual([type, data, ends])
    }
  })

  test('what the broker had kept is no sign, nor is what follows it a change by it', () => {
    const engine = engineOf(rosterOf([wu()], homeDevices))
    const door = counting('door')
    play(engine, door.at(at(1), { doorOpen: false }))
    const kept = door
      .at(at(2), { doorOpen: true })
      .map((input): Input => (input.kind === 'reading' ? { ...input, retained: true } : input))
    play(engine, kept)
    expect(engine.items(community, at(3))[0]?.lastEvidence).toBeNull()
  })
})

describe('what fires by itself', () => {
  test('a motion sensor on a timer is no life, from its first pulse on, and looks at nobody', () => {
    const motion = counting('motion')
    const inputs: Input[] = [
      ...motion.at(at(0), { motion: false }),
      ...motion.at(at(0) + 17 * secondMs, { motion: true }),
    ]
    for (let ts = at(1); ts < at(26); ts += 5 * minuteMs)
      inputs.push(
        ...motion.at(ts, { motion: true }),
        ...motion.at(ts + 40 * secondMs, { motion: false }),
      )
    const engine = engineOf(rosterOf([wu()], [aDevice('motion', { intervalMs: hourMs })]))
    const effects = play(engine, inputs)
    expect(brief(effects)).toEqual(['+cannot-tell@24'])
    expect(JSON.stringify(effects)).toContain('准点')
  })

  test('somebody who moves about irregularly is life, however long', () => {
    const motion = counting('motion')
    const inputs: Input[] = []
    let ts = at(0)
    for (let n = 0; ts < at(12); n += 1) {
      ts += (3 + ((n * 7919) % 11)) * minuteMs
      inputs.push(
        ...motion.at(ts, { motion: true }),
        ...motion.at(ts + 40 * secondMs, { motion: false }),
      )
    }
    const engine = engineOf(rosterOf([wu()], [aDevice('motion', { intervalMs: hourMs })]))
    play(engine, inputs)
    expect(engine.items(community, at(12))[0]?.lastEvidence?.ts).toBeGreaterThan(at(11))
  })
})

describe('a life', () => {
  const li = wu({ id: 'li', honorific: '李爷爷', watch: null })

  test('of two, one in hospital: the home speaks for the one who is there, and brings nobody back', () => {
    const inHospital = { id: 'a', from: at(-2), to: null, reason: 'hospital' as const }
    const roster = rosterOf([wu({ away: [inHospital] }), { ...li, watch: wu().watch }], homeDevices)
    const engine = engineOf(roster)
    play(engine, still(at(24.5)).inputs)
    const items = engine.items(community, at(24.5))
    const states = new Map(items.map(({ resident, state }) => [resident.id, state]))
    expect([states.get('li'), states.get('wu')]).toEqual(['unseen', 'away'])
  })

  test('of two at home, nobody is told that one was seen when only the home is alive', () => {
    const engine = engineOf(rosterOf([wu(), li], homeDevices))
    const home = still(at(24.9))
    play(engine, home.inputs)
    expect(brief(play(engine, home.motion.at(at(25), { motion: true })))).toEqual([])
    const closing = play(engine, home.water.at(at(25.1), { waterMeter: 5.1 }))
    expect(brief(closing).filter((text) => text.includes('unseen'))).toEqual([])
    const ended = play(engine, home.power.at(at(25.2), { powerMeter: 101 }))
    expect(brief(ended)).toContain('-unseen@25.2')
    expect(engine.items(community, at(25.3))[0]?.reason).toContain('只知道家里有人')
  })

  test('back early is told: which absence, by what', () => {
    const away = { id: 'a', from: at(0), to: at(90), reason: 'family' as const }
    const engine = engineOf(rosterOf([wu({ away: [away] })], homeDevices))
    const effects = playAll(engine, [access('resident', 'wu', 'gate', at(30))])
    expect(effects).toMatchObject([
      { kind: 'tell', type: 'care.returned', data: { suspension: 'a', what: 'card' } },
    ])
    expect(engine.items(community, at(31))[0]?.state).toBe('ok')
  })

  test('an absence that is closed hours after the door has moved: the window runs from the door', () => {
    const ill = { id: 'a', from: at(-30), reason: 'hospital' as const }
    for (const doorAt of [at(1), at(-14)]) {
      const roster = rosterOf([wu({ away: [{ ...ill, to: null }] })], homeDevices)
      const engine = engineOf(roster)
      const door = counting('door')
      const motion = counting('motion')
      const home = inOrder([
        ...quiet(door, at(-20), at(-15), { doorOpen: false }),
        ...quiet(motion, at(-20), at(40), { motion: false }),
        ...door.at(doorAt, { doorOpen: true }),
        ...door.at(doorAt + minuteMs, { doorOpen: false }),
      ])
      play(
        engine,
        home.filter(({ receivedAt }) => receivedAt < at(10)),
      )
      changeResident(roster, wu({ away: [{ ...ill, to: at(10) }] }))
      const effects = play(
        engine,
        home.filter(({ receivedAt }) => receivedAt >= at(10)),
        at(40),
      )
      // What moved the door a day before was somebody else.
      expect(brief(effects)).toEqual([doorAt === at(1) ? '+unseen@25' : '+unseen@34'])
    }
  })

  test('moving house alarms nobody, and the old home speaks for them no more', () => {
    const roster = rosterOf([wu()], homeDevices)
    const engine = engineOf(roster)
    const home = still(at(23))
    play(engine, home.inputs)
    changeResident(roster, wu({ household: 'h2' }))
    expect(play(engine, [{ kind: 'tick', receivedAt: at(23) }], at(40))).toEqual([])
    play(engine, home.motion.at(at(40.1), { motion: true }))
    expect(engine.items(community, at(41))[0]).toMatchObject({ deadline: at(47), sources: [] })
  })

  test('a camera nearby that knows the face watches; one that knows it not does not', () => {
    const camera = aDevice('cam', {
      household: null,
      camera: {
        priority: 'care',
        tasks: ['faces', 'recognition'],
        source: null,
        zones: [],
        staleAfterMs: 10_000,
      },
    })
    const seen = (from: number, to: number): Input => ({
      kind: 'coverage',
      community,
      device: 'cam',
      from,
      to,
      receivedAt: to,
    })
    for (const known of [true, false]) {
      const roster = rosterOf([wu()], [camera])
      const face = { id: 'f', community, resident: 'wu', consent: 'c' }
      if (known) roster.patch({ base: 1, version: 2, faces: { upsert: [face], remove: [] } })
      const engine = engineOf(roster)
      const effects = play(engine, [seen(at(-3), at(10)), seen(at(10), at(20.9))], at(21))
      expect([known, ...brief(effects)]).toEqual([known, known ? '+unseen@21' : '+cannot-tell@21'])
    }
  })

  test('a heat wave shortens the window, and alarms nobody the moment it is declared', () => {
    const roster = rosterOf([wu()], homeDevices)
    const engine = engineOf(roster)
    play(engine, still(at(13)).inputs)
    const mode = {
      id: 'm',
      community,
      mode: 'heat-wave' as const,
      from: at(13),
      to: null,
      by: '林',
      reason: '高温橙色预警',
    }
    roster.patch({ base: 1, version: 2, modes: { upsert: [mode], remove: [] } })
    expect(play(engine, [{ kind: 'tick', receivedAt: at(13) }])).toEqual([])
    const effects = play(engine, [], at(14.1))
    expect(brief(effects).map((text) => text.split('@')[1])).toEqual(['14'])
  })

  test('half a day without water and without any other sign is told, and ends when water runs', () => {
    const engine = engineOf(rosterOf([wu()], homeDevices))
    const home = still(at(13))
    const effects = playAll(engine, home.inputs)
    expect(effects).toMatchObject([
      { kind: 'raise', type: 'water.use-low', key: 'water.use-low:demo:h1', severity: 'major' },
    ])
    expect(playAll(engine, home.water.at(at(13.2), { waterMeter: 5.05 }))).toMatchObject([
      { kind: 'clear', key: 'water.use-low:demo:h1', resolves: true },
    ])
  })
})
