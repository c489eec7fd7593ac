import { describe, expect, test } from 'vitest'
import { hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import type { Input } from '../../../gateway/model/input.ts'
import {
  aDevice,
  brief,
  counting,
  engineOf,
  intervalMs,
  play,
  quiet,
  rosterOf,
  t0,
  wu,
} from './stand.ts'

const hoursOf = (intervals: readonly (readonly [number, number])[]): number =>
  intervals.reduce((sum, [from, to]) => sum + to - from, 0) / hourMs

const since = (hours: number) =>
  wu({ watch: { windowMs: 24 * hourMs, since: t0 + hours * hourMs } })

const restart = (downSince: number, receivedAt: number): Input => ({
  kind: 'start',
  downSince,
  receivedAt,
})

const bare = (ts: number): Input[] => [
  {
    kind: 'reading',
    community: 'demo',
    device: 'motion',
    name: 'motion',
    ts,
    seq: null,
    value: false,
    receivedAt: ts,
    clockMarked: false,
  },
  { kind: 'beat', community: 'demo', device: 'motion', ts, seq: null, receivedAt: ts },
]

const every = (from: number, to: number): Input[] => {
  const inputs: Input[] = []
  for (let ts = from; ts <= to; ts += intervalMs) inputs.push(...bare(ts))
  return inputs
}

describe('the coverage ledger', () => {
  test('a gateway that was down for 6 h believes gapless seq delivered afterwards', () => {
    const motion = counting('motion')
    const back = t0 + 16 * hourMs
    const inputs = [
      ...motion.at(t0 - intervalMs, { motion: false }),
      ...motion.at(t0, { motion: true }),
      ...quiet(motion, t0 + intervalMs, t0 + 10 * hourMs, { motion: false }),
      restart(t0 + 10 * hourMs + minuteMs, back),
      // Delivered within a second, stamped when it was measured.
      ...quiet(motion, t0 + 10 * hourMs + intervalMs, back, { motion: false }, back + secondMs),
      ...quiet(motion, back + intervalMs, t0 + 24 * hourMs, { motion: false }),
    ]
    const engine = engineOf(rosterOf([since(-1)]))
    expect(brief(play(engine, inputs, t0 + 24 * hourMs + minuteMs))).toEqual(['+unseen@24'])
  })

  test('without the buffered readings those hours were not looked at', () => {
    const motion = counting('motion')
    const back = t0 + 16 * hourMs
    const inputs = [
      ...motion.at(t0 - intervalMs, { motion: false }),
      ...motion.at(t0, { motion: true }),
      ...quiet(motion, t0 + intervalMs, t0 + 10 * hourMs, { motion: false }),
      restart(t0 + 10 * hourMs + minuteMs, back),
    ]
    motion.skip(36)
    inputs.push(...quiet(motion, back + intervalMs, t0 + 24 * hourMs, { motion: false }))
    const engine = engineOf(rosterOf([since(-1)]))
    const effects = play(engine, inputs, t0 + 24 * hourMs + minuteMs)
    expect(brief(effects)).toEqual(['+cannot-tell@24'])
    expect(effects[0]).toMatchObject({ description: { zh: expect.stringContaining('74%') } })
  })

  test('what a device delivers after it is live again fills the hole', () => {
    const motion = counting('motion')
    const early = [...quiet(motion, t0, t0 + 2 * hourMs, { motion: false })]
    const hole: Input[] = quiet(
      motion,
      t0 + 2 * hourMs + intervalMs,
      t0 + 8 * hourMs,
      { motion: false },
      t0 + 9 * hourMs,
    )
    const late = quiet(motion, t0 + 8 * hourMs + intervalMs, t0 + 9 * hourMs - minuteMs, {
      motion: false,
    })
    const engine = engineOf(rosterOf([since(-1)]))
    play(engine, [...early, ...late])
    expect(hoursOf(engine.items('demo', t0 + 9 * hourMs)[0]?.coverage ?? [])).toBeCloseTo(
      2 + 4 / 6,
      1,
    )
    play(engine, hole)
    expect(hoursOf(engine.items('demo', t0 + 9 * hourMs)[0]?.coverage ?? [])).toBeCloseTo(
      8 + 5 / 6,
      1,
    )
    // Delivered twice: counted once, and no sign of life.
    play(
      engine,
      hole.map((input) => ({ ...input, receivedAt: t0 + 9 * hourMs + minuteMs })),
    )
    expect(hoursOf(engine.items('demo', t0 + 9 * hourMs)[0]?.coverage ?? [])).toBeCloseTo(
      8 + 5 / 6,
      1,
    )
    expect(engine.items('demo', t0 + 9 * hourMs)[0]?.lastEvidence).toBeNull()
  })

  test('a sign of life in a hole that is filled later is found', () => {
    const motion = counting('motion')
    const early = quiet(motion, t0, t0 + hourMs, { motion: false })
    const hole = [
      ...motion.at(t0 + 90 * minuteMs, { motion: false }, t0 + 4 * hourMs),
      ...motion.at(t0 + 95 * minuteMs, { motion: true }, t0 + 4 * hourMs + 1),
    ]
    const late = quiet(motion, t0 + 3 * hourMs, t0 + 4 * hourMs - minuteMs, { motion: false })
    const engine = engineOf(rosterOf([since(-1)]))
    play(engine, [...early, ...late, ...hole])
    expect(engine.items('demo', t0 + 4 * hourMs)[0]?.lastEvidence).toMatchObject({
      ts: t0 + 95 * minuteMs,
    })
  })

  test('a lost number covers nothing between its neighbours, and a device that starts anew neither', () => {
    const motion = counting('motion')
    const inputs = [...quiet(motion, t0, t0 + hourMs, { motion: false })]
    motion.skip(1)
    inputs.push(...quiet(motion, t0 + hourMs + intervalMs, t0 + 2 * hourMs, { motion: false }))
    const anew = counting('motion')
    inputs.push(...quiet(anew, t0 + 2 * hourMs + intervalMs, t0 + 3 * hourMs, { motion: false }))
    const engine = engineOf(rosterOf([since(-1)]))
    play(engine, inputs)
    const [item] = engine.items('demo', t0 + 3 * hourMs)
    expect(
      item?.coverage.map(([from, to]) => [(from - t0) / minuteMs, (to - t0) / minuteMs]),
    ).toEqual([
      [0, 60],
      [70, 120],
      [130, 180],
    ])
  })

  test('without a count a sensor covers while it speaks in time, and never across a restart', () => {
    const engine = engineOf(rosterOf([since(-1)]))
    play(engine, [
      ...every(t0, t0 + hourMs),
      restart(t0 + hourMs + minuteMs, t0 + hourMs + 2 * minuteMs),
      ...every(t0 + hourMs + intervalMs, t0 + 2 * hourMs),
      ...every(t0 + 3 * hourMs, t0 + 4 * hourMs),
    ])
    const [item] = engine.items('demo', t0 + 4 * hourMs)
    expect(
      item?.coverage.map(([from, to]) => [(from - t0) / minuteMs, (to - t0) / minuteMs]),
    ).toEqual([
      [0, 60],
      [70, 120],
      [180, 240],
    ])
  })

  test('a smoke alarm and a call button in the home look at nobody', () => {
    const smoke = counting('smoke')
    const sos = counting('sos')
    const engine = engineOf(rosterOf([since(-1)], [aDevice('smoke'), aDevice('sos')]))
    play(
      engine,
      [
        ...quiet(smoke, t0, t0 + 2 * hourMs, { smoke: false, battery: 70, temperature: 20 }),
        ...quiet(sos, t0, t0 + 2 * hourMs, { sos: false }),
      ].sort((a, b) => a.receivedAt - b.receivedAt),
    )
    expect(engine.items('demo', t0 + 2 * hourMs)[0]).toMatchObject({ coverage: [], sources: [] })
  })

  test('a camera of the home covers the spans in which it could see', () => {
    const engine = engineOf(rosterOf([since(-1)], [aDevice('eye')]))
    play(engine, [
      {
        kind: 'coverage',
        community: 'demo',
        device: 'eye',
        from: t0,
        to: t0 + hourMs,
        receivedAt: t0 + hourMs,
      },
    ])
    expect(engine.items('demo', t0 + 2 * hourMs)[0]?.coverage).toEqual([[t0, t0 + hourMs]])
  })
})
