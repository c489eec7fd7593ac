import { describe, expect, test } from 'vitest'
import { hourMs, minuteMs } from '../../../contracts/clock.ts'
import type { RosterDevice } from '../../../contracts/roster.ts'
import type { Input } from '../../../gateway/model/input.ts'
import {
  aDevice,
  brief,
  changeResident,
  community,
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

const at = (hours: number): number => t0 + hours * hourMs
const devices = (...ids: readonly string[]): RosterDevice[] => ids.map((id) => aDevice(id))

/** Motion looks all the time; the last of it is at t0. */
function motionAtT0(toHours: number): Input[] {
  const motion = counting('motion')
  return [
    ...quiet(motion, at(-2), t0 - minuteMs, { motion: false }),
    ...motion.at(t0, { motion: true }),
    ...quiet(motion, t0 + minuteMs, at(toHours), { motion: false }),
  ]
}

/** A meter that stands at `valueAt(hours)`, read at the interval of all. */
const meter = (
  id: 'water' | 'power',
  toHours: number,
  valueAt: (hours: number) => number,
): Input[] => {
  const device = counting(id)
  const inputs: Input[] = []
  for (let ts = at(-2); ts <= at(toHours); ts += intervalMs)
    inputs.push(...device.at(ts, { [`${id}Meter`]: valueAt((ts - t0) / hourMs) }))
  return inputs
}

/** Half a kilowatt-hour each time, at distances that no timer has. */
const heaterHours = [-1, 3.3, 8.9, 13.2, 20.4, 25.1, 31.5, 38.2, 42.6, 49.3, 55.8, 60.1]
const heater = (hours: number): number =>
  100 + 0.5 * heaterHours.filter((begins) => begins <= hours).length

describe('what runs by itself', () => {
  test('a storage heater over somebody who lies puts the deadline off by nothing', () => {
    const engine = engineOf(rosterOf([wu()], devices('motion', 'power')))
    const inputs = inOrder([...motionAtT0(26), ...meter('power', 26, heater)])
    expect(brief(play(engine, inputs))).toEqual(['+unseen@24'])
  })

  test('power in company counts, and for no longer than the company', () => {
    const engine = engineOf(rosterOf([wu()], devices('motion', 'power')))
    const cooks = (hours: number): number => 100 + (hours >= 0.5 ? 0.5 : 0)
    play(engine, inOrder([...motionAtT0(10), ...meter('power', 10, cooks)]))
    const [item] = engine.items(community, at(10))
    expect(item?.lastEvidence).toMatchObject({ what: 'power' })
    expect(item?.lastEvidence?.ts).toBeLessThan(at(1))
  })

  test('a power meter does not look: with the motion sensor dead nobody can tell', () => {
    const engine = engineOf(rosterOf([wu()], devices('motion', 'power')))
    const inputs = inOrder([...motionAtT0(1), ...meter('power', 26, heater)])
    expect(brief(play(engine, inputs))).toEqual(['+cannot-tell@24'])
  })

  test('a door does not see who stays in: with the motion sensor dead nobody can tell', () => {
    const engine = engineOf(rosterOf([wu()], devices('motion', 'door')))
    const door = quiet(counting('door'), at(-2), at(26), { doorOpen: false })
    expect(brief(play(engine, inOrder([...motionAtT0(1), ...door])))).toEqual(['+cannot-tell@24'])
  })

  test('a home with a power meter alone is looked after when the window has passed twice', () => {
    const since = wu({ watch: { windowMs: 24 * hourMs, since: at(-1) } })
    const engine = engineOf(rosterOf([since], devices('power')))
    const effects = play(engine, [visit('wu', t0), ...meter('power', 60, heater)])
    const [first] = brief(effects)
    expect(first).toMatch(/^\+unseen@4[4-8]/)
  })

  test('a cistern that runs is no life once it has run for hours, back to where it began', () => {
    const engine = engineOf(rosterOf([wu()], devices('motion', 'water')))
    const runs = (hours: number): number => 5 + Math.max(0, hours - 10) * 0.02
    const inputs = inOrder([...motionAtT0(26), ...meter('water', 26, runs)])
    expect(brief(play(engine, inputs)).filter((text) => text.includes('unseen'))).toEqual([
      '+unseen@24',
    ])
  })

  test('water that is drawn now and then is life, also where no motion is felt', () => {
    const engine = engineOf(rosterOf([wu()], devices('motion', 'water')))
    const drawn = (hours: number): number =>
      5 + 0.006 * [9, 15.2, 23, 31].filter((h) => h <= hours).length
    const inputs = inOrder([...motionAtT0(40), ...meter('water', 40, drawn)])
    expect(brief(play(engine, inputs)).filter((text) => text.includes('unseen'))).toEqual([])
  })
})

describe('a journey that has not begun', () => {
  const away = (from: number, to: number | null, reason: 'family' | 'hospital' = 'family') => [
    { id: 'a', from, to, reason },
  ]
  const doorShut = (toHours: number): Input[] =>
    quiet(counting('door'), at(-2), at(toHours), { doorOpen: false })
  const homeOfTwo = devices('motion', 'door')

  test('planned, but no door has opened since they moved about at home: the window goes on', () => {
    const engine = engineOf(rosterOf([wu({ away: away(at(3), at(90)) })], homeOfTwo))
    const effects = play(engine, inOrder([...motionAtT0(26), ...doorShut(26)]))
    expect(brief(effects)).toEqual(['+unseen@24'])
  })

  test('nor does the door that helpers open afterwards end the alarm', () => {
    const engine = engineOf(rosterOf([wu({ away: away(at(3), at(90)) })], homeOfTwo))
    play(engine, inOrder([...motionAtT0(24.5), ...doorShut(24.4)]))
    const opened = [...counting('door', 900).at(at(24.6), { doorOpen: true })]
    expect(brief(play(engine, opened, at(30)))).toEqual([])
    expect(engine.items(community, at(30))[0]?.state).toBe('unseen')
  })

  /** Felt inside at these hours. */
  const felt = (hours: readonly number[], toHours: number): Input[] => {
    const motion = counting('motion')
    const inputs: Input[] = []
    for (let ts = at(-2); ts <= at(toHours); ts += 5 * minuteMs) {
      const moves = hours.some((hour) => Math.abs(at(hour) - ts) < 2 * minuteMs)
      inputs.push(...motion.at(ts, { motion: moves }))
    }
    return inputs
  }

  test('whoever leaves hours late has not come back: the absence holds', () => {
    const engine = engineOf(rosterOf([wu({ away: away(at(1), at(90)) })], homeOfTwo))
    const door = counting('door')
    const inputs = inOrder([
      ...felt([0, 1.5, 2.5, 3], 60),
      ...quiet(door, at(-2), at(4.1), { doorOpen: false }),
      ...door.at(at(4.2), { doorOpen: true }),
      ...quiet(door, at(4.22), at(60), { doorOpen: false }),
    ])
    expect(brief(play(engine, inputs))).toEqual([])
    expect(engine.items(community, at(60))[0]?.state).toBe('away')
  })

  test('whoever falls before they leave late is unseen a day after the last sign', () => {
    const engine = engineOf(rosterOf([wu({ away: away(at(1), at(90)) })], homeOfTwo))
    const inputs = inOrder([...felt([0, 1.5, 2.5, 3], 28), ...doorShut(28)])
    expect(brief(play(engine, inputs))).toEqual(['+unseen@27'])
  })

  test('whoever does not leave at all is watched again after hours, as one who has come back', () => {
    const engine = engineOf(rosterOf([wu({ away: away(at(1), at(90)) })], homeOfTwo))
    const hours = [0, 2, 4, 6, 7.5, 9, 12]
    const door = counting('door')
    const inputs = inOrder([
      ...felt(hours, 38),
      ...quiet(door, at(-2), at(12.2), { doorOpen: false }),
      ...door.at(at(12.3), { doorOpen: true }),
      ...quiet(door, at(12.32), at(38), { doorOpen: false }),
    ])
    expect(brief(play(engine, inputs))).toEqual(['+unseen@36.32'])
  })

  test('what nobody saw is not doubted: a dead door contact, a stay in hospital, word from the family', () => {
    const dead = engineOf(rosterOf([wu({ away: away(at(3), at(90)) })], homeOfTwo))
    expect(brief(play(dead, inOrder([...motionAtT0(26), ...doorShut(2)])))).toEqual([])

    const ill = engineOf(rosterOf([wu({ away: away(at(3), null, 'hospital') })], homeOfTwo))
    expect(brief(play(ill, inOrder([...motionAtT0(26), ...doorShut(26)])))).toEqual([])

    const roster = rosterOf([wu()], homeOfTwo)
    const told = engineOf(roster)
    const [before, after] = [(ts: number) => ts < at(5), (ts: number) => ts >= at(5)]
    const inputs = inOrder([...motionAtT0(26), ...doorShut(26)])
    play(
      told,
      inputs.filter(({ receivedAt }) => before(receivedAt)),
    )
    changeResident(roster, wu({ away: away(at(3), at(90)) }))
    expect(
      brief(
        play(
          told,
          inputs.filter(({ receivedAt }) => after(receivedAt)),
        ),
      ),
    ).toEqual([])
  })
})

describe('little water', () => {
  const low = (effects: readonly { readonly kind: string }[]): number =>
    effects.filter((effect) => effect.kind === 'raise').length
  // t0 is ten in the morning: the evening begins at 9 h, the next morning at 21 h.
  const slept = (fromHours: number, toHours: number): Input[] => {
    const [motion, water] = [counting('motion'), counting('water')]
    const begins = at(fromHours)
    return inOrder([
      ...quiet(motion, begins - 2 * hourMs, begins - minuteMs, { motion: false }),
      ...motion.at(begins, { motion: true }),
      ...quiet(motion, begins + minuteMs, at(toHours), { motion: false }),
      ...quiet(water, begins - 2 * hourMs, at(toHours), { waterMeter: 5 }),
    ])
  }

  test('a long night is no alarm; the forenoon after it is', () => {
    const night = engineOf(rosterOf([wu()], devices('motion', 'water')))
    expect(low(play(night, slept(9, 22)))).toBe(0)
    const forenoon = engineOf(rosterOf([wu()], devices('motion', 'water')))
    expect(low(play(forenoon, slept(9, 28)))).toBe(1)
  })

  test('an empty home uses none: the door was the last to move', () => {
    const engine = engineOf(rosterOf([wu()], devices('motion', 'water', 'door')))
    const door = counting('door')
    const inputs = inOrder([
      ...slept(0, 14),
      ...quiet(door, at(-2), at(0.2), { doorOpen: false }),
      ...door.at(at(0.3), { doorOpen: true }),
      ...quiet(door, at(0.31), at(14), { doorOpen: false }),
    ])
    expect(low(play(engine, inputs))).toBe(0)
  })

  test('one flush is water and a sign: it is not said again an hour later', () => {
    const engine = engineOf(rosterOf([wu()], devices('motion', 'water')))
    const flushed = (hours: number): number => 5 + (hours >= 12.5 ? 0.006 : 0)
    const inputs = inOrder([...motionAtT0(18), ...meter('water', 18, flushed)])
    expect(low(play(engine, inputs))).toBe(1)
  })
})
