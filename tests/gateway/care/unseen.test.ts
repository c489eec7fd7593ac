import { describe, expect, test } from 'vitest'
import { hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import type { Input } from '../../../gateway/model/input.ts'
import {
  access,
  aDevice,
  brief,
  changeResident,
  counting,
  engineOf,
  inOrder,
  intervalMs,
  play,
  quiet,
  rosterOf,
  t0,
  visit,
  wu,
} from './stand.ts'

/** Everything is quiet, gapless, from two hours before t0; the last motion is at t0. */
function lastMotionAtT0(untilMs: number): Input[] {
  const motion = counting('motion')
  const door = counting('door')
  return inOrder([
    ...quiet(motion, t0 - 2 * hourMs, t0 - intervalMs, { motion: false }),
    ...motion.at(t0, { motion: true }),
    ...quiet(motion, t0 + minuteMs, t0 + untilMs, { motion: false }),
    ...quiet(door, t0 - 2 * hourMs, t0 + untilMs, { doorOpen: false }),
  ])
}

/** The same, and half an hour later they go out. */
function leavesAfterT0(untilMs: number): Input[] {
  const motion = counting('motion')
  const door = counting('door')
  const at = t0 + 30 * minuteMs
  return inOrder([
    ...quiet(motion, t0 - 2 * hourMs, t0 - intervalMs, { motion: false }),
    ...motion.at(t0, { motion: true }),
    ...quiet(motion, t0 + minuteMs, t0 + untilMs, { motion: false }),
    ...quiet(door, t0 - 2 * hourMs, at - intervalMs, { doorOpen: false }),
    ...door.at(at, { doorOpen: true }),
    ...quiet(door, at + 20 * secondMs, t0 + untilMs, { doorOpen: false }),
  ])
}

const away = (from: number, to: number | null) => [{ id: 'a', from, to, reason: 'family' as const }]

/** A carer comes at 10 h, stays half an hour, goes; the resident gives no sign but at t0. */
function withCarer(kind: 'carer' | 'staff', cardDoor: string): Input[] {
  const motion = counting('motion')
  const door = counting('door')
  const at = t0 + 10 * hourMs
  return inOrder([
    ...quiet(motion, t0 - 2 * hourMs, t0 - intervalMs, { motion: false }),
    ...motion.at(t0, { motion: true }),
    ...quiet(motion, t0 + intervalMs, at, { motion: false }),
    ...quiet(door, t0 - 2 * hourMs, at - intervalMs, { doorOpen: false }),
    ...door.at(at - 10 * secondMs, { doorOpen: true }),
    access(kind, 'chen', cardDoor, at),
    ...door.at(at + 10 * secondMs, { doorOpen: false }),
    ...motion.at(at + minuteMs, { motion: true }),
    ...motion.at(at + 5 * minuteMs, { motion: false }),
    ...motion.at(at + 15 * minuteMs, { motion: true }),
    ...door.at(at + 30 * minuteMs, { doorOpen: true }),
    ...door.at(at + 30 * minuteMs + 5 * secondMs, { doorOpen: false }),
    ...quiet(motion, at + 32 * minuteMs, t0 + 26 * hourMs, { motion: false }),
    ...quiet(door, at + 40 * minuteMs, t0 + 26 * hourMs, { doorOpen: false }),
  ])
}

describe('unseen', () => {
  test('an elder whom working sensors have not noticed for 24 h is unseen, at the minute', () => {
    const engine = engineOf(rosterOf([wu()]))
    const effects = play(engine, lastMotionAtT0(25 * hourMs))
    expect(brief(effects)).toEqual(['+unseen@24'])
    const [raised] = effects
    if (raised?.kind !== 'raise') throw new Error('expected a raise')
    expect(raised.title).toEqual({ zh: '吴奶奶 24 小时没见到', en: '吴奶奶 not seen for 24 h' })
    expect(raised.severity).toBe('critical')
    expect(raised.subject).toEqual({ kind: 'resident', id: 'wu', name: '吴奶奶' })
    const [evidence] = raised.evidence
    if (evidence?.kind !== 'coverage') throw new Error('expected the coverage')
    expect(evidence.sources.map(({ source }) => source).sort()).toEqual(['door', 'motion'])
    const [item] = engine.items('demo', t0 + 25 * hourMs)
    expect(item).toMatchObject({ state: 'unseen', lastEvidence: { ts: t0, what: 'motion' } })
    expect(item?.coveredHours).toBeGreaterThan(23.8)
  })

  test('when sensors were dead, nobody can tell, and it says which and since when', () => {
    const motion = counting('motion')
    const door = counting('door')
    const inputs = inOrder([
      ...quiet(motion, t0 - 2 * hourMs, t0, { motion: false }),
      ...motion.at(t0 + minuteMs, { motion: true }),
      ...quiet(door, t0 - 2 * hourMs, t0 + 9 * hourMs, { doorOpen: false }),
    ])
    const engine = engineOf(rosterOf([wu()]))
    const effects = play(engine, inputs, t0 + 30 * hourMs)
    expect(brief(effects)).toEqual(['+cannot-tell@24.02'])
    const [raised] = effects
    if (raised?.kind !== 'raise') throw new Error('expected a raise')
    expect(raised.severity).toBe('major')
    expect(raised.title.zh).toBe('吴奶奶说不准：只看守到 0 分钟（0%）')
    expect(raised.description.zh).toContain('motion离线 24 小时（11-20 10:01 起）')
    expect(engine.items('demo', t0 + 30 * hourMs)[0]).toMatchObject({ state: 'cannot-tell' })
  })

  test('a home without a source that can look is never called unseen', () => {
    const smoke = counting('smoke')
    const engine = engineOf(rosterOf([wu({ watch: { windowMs: 24 * hourMs, since: t0 } })]))
    const effects = play(engine, quiet(smoke, t0, t0 + 30 * hourMs, { smoke: false, battery: 80 }))
    expect(brief(effects)).toEqual(['+cannot-tell@24'])
    expect(effects[0]).toMatchObject({
      description: { zh: expect.stringContaining('没有能看到的设备') },
    })
  })

  test('signs of life keep it silent; half the window without is worth a look', () => {
    const motion = counting('motion')
    const inputs = [0, 10, 20, 30, 40].flatMap((hour) => [
      ...motion.at(t0 + hour * hourMs, { motion: false }),
      ...motion.at(t0 + hour * hourMs + minuteMs, { motion: true }),
    ])
    const engine = engineOf(rosterOf([wu()]))
    expect(brief(play(engine, inputs))).toEqual([])
    expect(engine.items('demo', t0 + 41 * hourMs)[0]?.state).toBe('ok')
    expect(engine.items('demo', t0 + 53 * hourMs)[0]?.state).toBe('watch')
  })

  test('sensors that come back without a sign of life turn "cannot tell" into "unseen"', () => {
    const motion = counting('motion')
    const inputs = [
      ...quiet(motion, t0, t0 + hourMs, { motion: false }),
      ...motion.at(t0 + hourMs + minuteMs, { motion: true }),
    ]
    motion.skip(50)
    inputs.push(...quiet(motion, t0 + 20 * hourMs, t0 + 48 * hourMs, { motion: false }))
    expect(brief(play(engineOf(rosterOf([wu()])), inputs))).toEqual([
      '+cannot-tell@25.02',
      '+unseen@25.02',
    ])
  })
})

describe('what ends it', () => {
  test('movement that nobody came in for, or a visit, is proof and closes; a door alone is not', () => {
    const cases: readonly [string, (at: number) => Input[], string][] = [
      ['visit', (at) => [visit('wu', at)], '-unseen@25!'],
      ['not seen', (at) => [visit('wu', at, false)], ''],
      ['own card', (at) => [access('resident', 'wu', 'gate', at)], '-unseen@25!'],
      ['somebody else', (at) => [access('resident', 'other', 'gate', at)], ''],
    ]
    for (const [name, end, expected] of cases) {
      const engine = engineOf(rosterOf([wu()]))
      play(engine, lastMotionAtT0(24.5 * hourMs))
      const effects = play(engine, end(t0 + 25 * hourMs))
      expect([name, ...brief(effects)]).toEqual(expected === '' ? [name] : [name, expected])
    }
  })

  test('a worker who opens the door with a key does not close the ticket by it', () => {
    const motion = counting('motion')
    const door = counting('door')
    const at = t0 + 25 * hourMs
    const inputs = inOrder([
      ...quiet(motion, t0 - hourMs, t0 - intervalMs, { motion: false }),
      ...motion.at(t0, { motion: true }),
      ...quiet(motion, t0 + minuteMs, at, { motion: false }),
      ...quiet(door, t0 - hourMs, at, { doorOpen: false }),
      ...door.at(at + secondMs, { doorOpen: true }),
      ...motion.at(at + 20 * secondMs, { motion: true }),
    ])
    expect(brief(play(engineOf(rosterOf([wu()])), inputs))).toEqual(['+unseen@24'])
  })

  test('movement inside without the door is the resident: it closes with the reading as proof', () => {
    const motion = counting('motion')
    const inputs = [
      ...quiet(motion, t0 - hourMs, t0 - intervalMs, { motion: false }),
      ...motion.at(t0, { motion: true }),
      ...quiet(motion, t0 + minuteMs, t0 + 25 * hourMs, { motion: false }),
      ...motion.at(t0 + 25 * hourMs, { motion: true }),
    ]
    const effects = play(engineOf(rosterOf([wu()])), inputs)
    expect(brief(effects)).toEqual(['+unseen@24', '-unseen@25!'])
    expect(effects[1]?.evidence).toMatchObject([{ kind: 'reading', device: 'motion', value: true }])
  })
})

describe('absence', () => {
  test('announced absence raises nothing and does not count afterwards', () => {
    const roster = rosterOf([wu({ away: away(t0 + hourMs, t0 + 30 * hourMs) })])
    const engine = engineOf(roster)
    const effects = play(engine, leavesAfterT0(60 * hourMs))
    // Away until 30 h: then the window begins anew, and three hours later somebody is told.
    expect(brief(effects)).toEqual(['+should-be-back@33', '-should-be-back@54!', '+unseen@54'])
    const early = engineOf(roster)
    play(early, leavesAfterT0(20 * hourMs))
    expect(early.items('demo', t0 + 20 * hourMs)[0]).toMatchObject({
      state: 'away',
      deadline: null,
    })
  })

  test('an open-ended absence waits for ever; announced late it ends the alarm', () => {
    const roster = rosterOf([wu()])
    const engine = engineOf(roster)
    expect(brief(play(engine, lastMotionAtT0(25 * hourMs)))).toEqual(['+unseen@24'])
    changeResident(roster, wu({ away: away(t0 + 2 * hourMs, null) }))
    const later = play(engine, [{ kind: 'tick', receivedAt: t0 + 26 * hourMs }], t0 + 90 * hourMs)
    expect(brief(later)).toEqual(['-unseen@26'])
  })

  test('the door that closes behind them as they leave is not the return; motion a day later is', () => {
    const motion = counting('motion')
    const inputs = [
      ...quiet(motion, t0 - hourMs, t0, { motion: false }),
      ...motion.at(t0 + minuteMs, { motion: true }),
      ...quiet(motion, t0 + 2 * minuteMs, t0 + 30 * hourMs, { motion: false }),
      ...motion.at(t0 + 30 * hourMs + minuteMs, { motion: true }),
    ]
    const engine = engineOf(rosterOf([wu({ away: away(t0, null) })]))
    play(
      engine,
      inputs.filter(({ receivedAt }) => receivedAt < t0 + 29 * hourMs),
    )
    expect(engine.items('demo', t0 + 29 * hourMs)[0]?.state).toBe('away')
    play(
      engine,
      inputs.filter(({ receivedAt }) => receivedAt >= t0 + 29 * hourMs),
    )
    expect(engine.items('demo', t0 + 31 * hourMs)[0]?.state).toBe('ok')
  })
})

describe('carers', () => {
  test("a carer's coming, moving about and going are no sign of the elder's life", () => {
    const engine = engineOf(
      rosterOf([wu()], [aDevice('door'), aDevice('motion'), aDevice('lock', { household: 'h1' })]),
    )
    expect(brief(play(engine, withCarer('carer', 'lock')))).toEqual(['+unseen@24'])
    expect(engine.items('demo', t0 + 26 * hourMs)[0]?.lastEvidence?.ts).toBe(t0)
  })

  test('nor where the card was read at the shared door downstairs', () => {
    const devices = [
      aDevice('door'),
      aDevice('motion'),
      aDevice('gate', { household: null, place: { name: '单元门', lat: 31.2001, lon: 121.4 } }),
    ]
    const inputs = withCarer('carer', 'gate').map((input) =>
      // Downstairs comes first: the home door opens a minute later.
      input.kind === 'access'
        ? { ...input, ts: input.ts - minuteMs, receivedAt: input.receivedAt - minuteMs }
        : input,
    )
    expect(brief(play(engineOf(rosterOf([wu()], devices)), inOrder(inputs)))).toEqual([
      '+unseen@24',
    ])
  })

  test("a carer's visit to an elder who is fine raises nothing, and afterwards life counts again", () => {
    const lock = [aDevice('door'), aDevice('motion'), aDevice('lock', { household: 'h1' })]
    const engine = engineOf(rosterOf([wu()], lock))
    const motion = counting('motion', 10_000)
    const after = [...quiet(motion, t0 + 26.5 * hourMs, t0 + 27 * hourMs, { motion: false })]
    expect(
      brief(
        play(
          engine,
          [...withCarer('carer', 'lock'), visit('wu', t0 + 11 * hourMs)].sort(
            (a, b) => a.receivedAt - b.receivedAt,
          ),
        ),
      ),
    ).toEqual([])
    expect(brief(play(engine, after))).toEqual([])
    expect(engine.items('demo', t0 + 27 * hourMs)[0]?.lastEvidence).toMatchObject({
      what: 'visit',
      ts: t0 + 11 * hourMs,
    })
  })
})
