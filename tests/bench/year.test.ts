import { describe, expect, test } from 'vitest'
import { yearLine } from '../../bench/year.ts'
import { type Alarm, judge } from '../../bench/year/judge.ts'
import { type YearParameters, yearParameters } from '../../bench/year/parameters.ts'
import { runBox } from '../../bench/year/run-box.ts'
import { BoxWorld } from '../../bench/year/world/box-world.ts'
import { hourMs, minuteMs } from '../../contracts/clock.ts'

const small: YearParameters = { ...yearParameters, elders: 10, days: 21 }
/** More falls than days of life would have, so that a small sample has some. */
const hard: YearParameters = {
  ...small,
  emergency: { ...yearParameters.emergency, perElderYear: 12 as 0.7 },
}

/** The world alone, hour by hour, with nobody who answers. */
function lived(parameters: YearParameters, seed: number): { world: BoxWorld; heard: string } {
  const world = new BoxWorld(parameters, seed, 0)
  const end = parameters.startsAt + parameters.days * 24 * hourMs
  const heard: unknown[] = []
  for (let from = parameters.startsAt; from < end; from += hourMs)
    heard.push(...world.slot(from, from + hourMs))
  return { world, heard: JSON.stringify(heard) }
}

describe('bench year', { timeout: 120_000 }, () => {
  test('the same seed gives the same result, another another: a figure can be looked into', () => {
    const run = (seed: number) => yearLine(small, [runBox({ parameters: small, seed, box: 0 })])
    const once = run(7)
    expect(run(7)).toEqual(once)
    expect(lived(small, 8).heard).not.toBe(lived(small, 7).heard)
    expect(once).toMatchObject({ elders: 10, days: 21 })
    expect(once.messages).toBeGreaterThan(15_000)
  })

  test('people who lie on the floor are alarmed about by the shipped pipeline, near the window', () => {
    const line = yearLine(hard, [runBox({ parameters: hard, seed: 3, box: 0 })])
    const { staged, foundBefore, open } = line.emergencies
    const alarmed = staged - foundBefore - open - line.missed
    expect(alarmed).toBeGreaterThan(1)
    expect(line.delayHoursP50).toBeGreaterThan(20)
    expect(line.delayHoursP50).toBeLessThan(25)
  })

  test('the judge is strict: silence is a miss, an alarm about somebody well is false', () => {
    const many = { ...hard, elders: 30 }
    const { world } = lived(many, 3)
    const staged = world.truth.emergencies
    const silent = judge(world, many, [])
    expect(staged.length).toBeGreaterThan(3)
    expect(silent.missed).toBeGreaterThan(0)
    const { foundBefore, open } = silent.emergencies
    expect(silent.missed + foundBefore + open).toBe(staged.length)

    const answers = staged.map(
      ({ elder, lastActAt }): Alarm => ({
        elder,
        type: 'resident.unseen',
        at: lastActAt + 24 * hourMs + minuteMs,
      }),
    )
    expect(judge(world, many, answers).missed).toBe(0)
    const well = world.homes.at(0)?.elders.at(0)?.elder.id ?? ''
    const early: Alarm = { elder: well, type: 'resident.unseen', at: hard.startsAt + minuteMs }
    const excuse: Alarm = { ...early, type: 'resident.cannot-tell' }
    const judged = judge(world, many, [early, excuse])
    expect(judged.falseUnseen).toEqual({ home: 1 })
    expect(judged.cannotTell).toEqual({ none: 1 })
  })
})
