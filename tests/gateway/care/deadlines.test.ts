import { describe, expect, test } from 'vitest'
import { hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import type { Input } from '../../../gateway/model/input.ts'
import { brief, counting, engineOf, intervalMs, play, quiet, rosterOf, t0, wu } from './stand.ts'

const since = (hours: number) =>
  wu({ watch: { windowMs: 24 * hourMs, since: t0 + hours * hourMs } })

const restart = (downSince: number, receivedAt: number): Input => ({
  kind: 'start',
  downSince,
  receivedAt,
})

/** 30 h of history delivered in two seconds; the last sign of life is `signAt`. */
function backfill(signAt: number, now: number): Input[] {
  const motion = counting('motion')
  const inputs = quiet(motion, now - 30 * hourMs, signAt - 1, { motion: false }, now)
  inputs.push(...motion.at(signAt, { motion: true }, now))
  inputs.push(...quiet(motion, signAt + 1, now - minuteMs, { motion: false }, now + 2 * secondMs))
  return inputs
}

describe('deadlines', () => {
  test('with 30 h of history delivered at once, the deadline fires at its time', () => {
    const engine = engineOf(
      rosterOf([wu({ watch: { windowMs: 24 * hourMs, since: t0 - 30 * hourMs } })]),
    )
    const signAt = t0 - 24 * hourMs + 40 * secondMs
    const effects = play(engine, backfill(signAt, t0))
    expect(brief(effects)).toEqual([])
    const due = engine.nextDueAt() ?? 0
    expect(due).toBeLessThanOrEqual(t0 + 40 * secondMs)
    expect(play(engine, [], t0 + 42 * secondMs)).toMatchObject([
      { kind: 'raise', type: 'resident.unseen', at: t0 + 40 * secondMs },
    ])
  })

  test('one that is past already waits until the history has been delivered, then says so once', () => {
    const engine = engineOf(
      rosterOf([wu({ watch: { windowMs: 24 * hourMs, since: t0 - 30 * hourMs } })]),
    )
    const effects = play(engine, backfill(t0 - 26 * hourMs, t0), t0 + 2 * secondMs)
    expect(effects).toEqual([])
    expect(brief(play(engine, [], t0 + 7 * secondMs))).toEqual(['+unseen@-2'])
  })

  test('an elder who is fine is not called unseen while her history is on its way', () => {
    const engine = engineOf(
      rosterOf([wu({ watch: { windowMs: 24 * hourMs, since: t0 - 30 * hourMs } })]),
    )
    const effects = [
      ...play(engine, [{ kind: 'tick', receivedAt: t0 - 60 * secondMs }]),
      ...play(engine, backfill(t0 - 2 * hourMs, t0), t0 + hourMs),
    ]
    expect(effects).toEqual([])
  })

  test('a deadline that passed while we were down waits a little for what was buffered', () => {
    const engine = engineOf(rosterOf([since(-1)]))
    const motion = counting('motion')
    play(engine, [
      ...motion.at(t0 - intervalMs, { motion: false }),
      ...motion.at(t0, { motion: true }),
      ...quiet(motion, t0 + intervalMs, t0 + 20 * hourMs, { motion: false }),
    ])
    const back = t0 + 26 * hourMs
    const buffered = quiet(
      motion,
      t0 + 20 * hourMs + intervalMs,
      t0 + 21 * hourMs,
      { motion: false },
      back + 20 * secondMs,
    )
    buffered.push(...motion.at(t0 + 21 * hourMs + minuteMs, { motion: true }, back + 20 * secondMs))
    const effects = play(
      engine,
      [restart(t0 + 20 * hourMs + minuteMs, back), ...buffered],
      back + hourMs,
    )
    expect(effects).toEqual([])
  })

  test('our own clock leaping a day ahead does not call everybody unseen at once', () => {
    const engine = engineOf(rosterOf([since(-1)]))
    const motion = counting('motion')
    play(engine, [
      ...motion.at(t0 - intervalMs, { motion: false }),
      ...motion.at(t0, { motion: true }),
    ])
    const leap = t0 + 30 * hourMs
    const effects = [...engine.apply({ kind: 'tick', receivedAt: leap })]
    effects.push(
      ...play(
        engine,
        [
          ...motion.at(leap + minuteMs, { motion: false }),
          ...motion.at(leap + 2 * minuteMs, { motion: true }),
        ],
        leap + 3 * hourMs,
      ),
    )
    expect(effects).toEqual([])
  })

  test('our own clock set back a day does not put the deadline off by it', () => {
    const engine = engineOf(rosterOf([since(-40)]))
    const motion = counting('motion')
    play(engine, [
      ...motion.at(t0 - intervalMs, { motion: false }),
      ...motion.at(t0, { motion: true }),
    ])
    play(engine, [{ kind: 'tick', receivedAt: t0 - 24 * hourMs }])
    expect(engine.items('demo', t0 - 24 * hourMs)[0]?.deadline).toBe(t0)
  })

  test('a device whose clock is a day slow neither hides a death nor invents one', () => {
    const motion = counting('motion')
    const slow = 24 * hourMs
    const at = (now: number, value: boolean): Input[] =>
      motion.at(now - slow, { motion: value }, now)
    const inputs: Input[] = []
    for (let now = t0; now <= t0 + 26 * hourMs; now += intervalMs)
      inputs.push(...at(now, now === t0 + 2 * hourMs))
    const engine = engineOf(rosterOf([since(-1)]))
    expect(brief(play(engine, inputs))).toEqual(['+unseen@26'])
  })
})
