import { describe, expect, test } from 'vitest'
import { dayMs, hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import {
  type Cadence,
  emptyCadence,
  expectedMaxMs,
  keepsBeat,
  learnGap,
  typicalMs,
} from '../../../gateway/model/cadence.ts'

/** mulberry32: the same seed, the same device. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Chance = () => number
/** The time of its next message. */
type Life = (now: number, chance: Chance) => number

const exponential = (meanMs: number, chance: Chance): number => -meanMs * Math.log(1 - chance())

const periodic =
  (periodMs: number, lossShare = 0, jitterShare = 0.05): Life =>
  (now, chance) => {
    let at = now + periodMs * (1 + jitterShare * (2 * chance() - 1))
    while (chance() < lossShare) at += periodMs
    return at
  }

/** A battery sensor: at least hourly, and when something happens, more by day than by night. */
const heartbeat =
  (beatMs: number, eventMeanMs: number): Life =>
  (now, chance) => {
    const hour = (now % dayMs) / hourMs
    const quiet = hour < 7 || hour > 23
    return (
      now +
      Math.min(
        beatMs * (1 + 0.02 * chance()),
        exponential(quiet ? 20 * eventMeanMs : eventMeanMs, chance),
      )
    )
  }

/** A door contact without a heartbeat: bursts of open and shut by day, nothing by night. */
const door: Life = (now, chance) => {
  if (chance() < 0.6) return now + 1_000 + 20_000 * chance()
  const at = now + exponential(1.5 * hourMs, chance)
  const hour = (at % dayMs) / hourMs
  return hour < 7 ? at + (7 - hour) * hourMs + exponential(20 * minuteMs, chance) : at
}

/** Motion in an office: busy on five days, nothing at night and on two. */
const office: Life = (now, chance) => {
  let at = now + 60_000 + exponential(3 * minuteMs, chance)
  for (;;) {
    const day = Math.floor(at / dayMs)
    const hour = (at % dayMs) / hourMs
    if (day % 7 >= 5 || hour > 19)
      at = (day + 1) * dayMs + 8 * hourMs + exponential(10 * minuteMs, chance)
    else if (hour < 8) at = day * dayMs + 8 * hourMs + exponential(10 * minuteMs, chance)
    else return at
  }
}

const poisson =
  (meanMs: number): Life =>
  (now, chance) =>
    now + exponential(meanMs, chance)

interface Outcome {
  /** Silences of a living device that were called one, per year. */
  readonly falsePerYear: number
  /** From its last message until it is known to be silent, in the median, ms; null where it never is. */
  readonly delayMs: number | null
}

/** As the health engine does: learned where there is something, a day and two hours where not. */
const defaultMs = 26 * hourMs

function live(life: Life, days: number, seeds: number): Outcome {
  let wrong = 0
  const delays: number[] = []
  for (let seed = 1; seed <= seeds; seed += 1) {
    const chance = dice(seed * 7919)
    let cadence = emptyCadence
    let now = 0
    while (now < days * dayMs) {
      const next = life(now, chance)
      if (next - now > (expectedMaxMs(cadence) ?? defaultMs)) wrong += 1
      cadence = learnGap(cadence, Math.round(next - now))
      now = next
    }
    delays.push(expectedMaxMs(cadence) ?? defaultMs)
  }
  delays.sort((a, b) => a - b)
  return {
    falsePerYear: wrong / ((days / 365) * seeds),
    delayMs: delays[Math.floor(delays.length / 2)] ?? null,
  }
}

const learn = (gaps: readonly number[], from: Cadence = emptyCadence): Cadence =>
  gaps.reduce(learnGap, from)
const many = (gapMs: number, count: number): number[] => Array.from({ length: count }, () => gapMs)

describe('how long a device may be silent is learned from how it speaks', () => {
  // Days of life, wrong calls per device and year at most, time until its death is known from and to.
  const cases: readonly [string, Life, number, number, number, number][] = [
    ['every second: within a minute', periodic(secondMs), 1.5, 0, minuteMs, minuteMs],
    [
      'every 10 s, a tenth lost: 1 to 2 min',
      periodic(10 * secondMs, 0.1),
      5,
      0,
      minuteMs,
      2 * minuteMs,
    ],
    ['every minute: 3 to 4 min', periodic(minuteMs), 20, 0, 3 * minuteMs, 4 * minuteMs],
    [
      'every minute, a tenth lost: 6 to 12 min',
      periodic(minuteMs, 0.1),
      30,
      0,
      6 * minuteMs,
      12 * minuteMs,
    ],
    ['every 15 minutes: within an hour', periodic(15 * minuteMs), 60, 0, 45 * minuteMs, hourMs],
    [
      'every hour, one in twenty lost: 3 to 7 h, one wrong call in a year',
      periodic(hourMs, 0.05),
      365,
      1,
      3 * hourMs,
      7 * hourMs,
    ],
    ['every 12 hours: 24 to 30 h', periodic(12 * hourMs), 365, 0, 24 * hourMs, 30 * hourMs],
    ['every day: 48 to 56 h', periodic(dayMs), 365, 0, 48 * hourMs, 56 * hourMs],
    [
      'battery sensor, hourly and on change: 2 to 4 h',
      heartbeat(hourMs, 40 * minuteMs),
      60,
      0,
      2 * hourMs,
      4 * hourMs,
    ],
    [
      'motion at a steady rate, no heartbeat: 25 h',
      poisson(10 * minuteMs),
      30,
      0,
      25 * hourMs,
      26 * hourMs,
    ],
    ['door contact that sleeps at night: 25 to 36 h', door, 180, 0, 25 * hourMs, 36 * hourMs],
    [
      'office motion, nothing on weekends: at most 9 days, wrong on three of its first weekends',
      office,
      180,
      7,
      6 * dayMs,
      9 * dayMs,
    ],
  ]
  test.each(cases)('%s', (_, life, days, falseMax, delayFrom, delayTo) => {
    const { falsePerYear, delayMs } = live(life, days, 2)
    expect(falsePerYear).toBeLessThanOrEqual(falseMax)
    expect(delayMs).toBeGreaterThanOrEqual(delayFrom)
    expect(delayMs).toBeLessThanOrEqual(delayTo)
  })
})

describe('what must not teach', () => {
  const minutely = learn(many(minuteMs, 5_000))
  const usual = expectedMaxMs(minutely) ?? 0

  test.each([
    ['a burst after a restart', [...many(20, 200), ...many(3_000, 50), minuteMs]],
    ['messages that come twice', many(minuteMs, 200).flatMap((gap) => [gap, 5])],
    [
      'readings published anew, ten in an hour',
      many(minuteMs, 50).flatMap((gap, i) => (i % 5 === 0 ? [gap / 3, (2 * gap) / 3] : [gap])),
    ],
    ['one outage of three hours', [3 * hourMs, ...many(minuteMs, 3)]],
    [
      'two outages within a week',
      [3 * hourMs, ...many(minuteMs, 4_000), 2 * hourMs, ...many(minuteMs, 3)],
    ],
    ['a clock that is set back', [-hourMs, Number.NaN, 0, minuteMs]],
  ])('%s', (_, gaps) => {
    const after = expectedMaxMs(learn(gaps, minutely)) ?? 0
    expect(after).toBeGreaterThanOrEqual(usual * 0.9)
    expect(after).toBeLessThanOrEqual(usual * 2)
  })

  test('a device that is new, or was busy for an hour, is not judged', () => {
    expect(expectedMaxMs(emptyCadence)).toBeNull()
    expect(typicalMs(emptyCadence)).toBeNull()
    expect(expectedMaxMs(learn(many(minuteMs, 600)))).toBeNull()
    expect(keepsBeat(learn(many(minuteMs, 600)))).toBe(false)
  })
})

describe('a changed interval', () => {
  const gapsUntil = (cadence: Cadence, gapMs: number): number => {
    let [wrong, at] = [0, cadence]
    for (let index = 0; index < 200; index += 1) {
      if (gapMs > (expectedMaxMs(at) ?? 26 * hourMs)) wrong += 1
      at = learnGap(at, gapMs)
    }
    return wrong
  }
  test('slower: at most one wrong call, from a minute to an hour', () => {
    expect(gapsUntil(learn(many(minuteMs, 10_000)), hourMs)).toBe(1)
  })
  test('faster: known by its new beat after a day, from an hour to a minute', () => {
    const hourly = learn(many(hourMs, 500))
    const faster = learn(many(minuteMs, 1_500), hourly)
    expect(typicalMs(hourly)).toBe(hourMs)
    expect(typicalMs(faster)).toBe(minuteMs)
    expect(expectedMaxMs(faster)).toBeLessThanOrEqual(4 * minuteMs)
  })
  test('faster: from a day to an hour after three days', () => {
    const faster = learn(many(hourMs, 80), learn(many(dayMs, 60)))
    expect(expectedMaxMs(faster)).toBeLessThanOrEqual(4 * hourMs)
  })
})

describe('whatever comes', () => {
  test.each([1, 2, 3, 4])('bounded, finite and the same after a restart, seed %i', (seed) => {
    const chance = dice(seed)
    let cadence = emptyCadence
    let saved = emptyCadence
    for (let index = 0; index < 2_000; index += 1) {
      const gap = Math.round(10 ** (11 * chance()) * (chance() < 0.02 ? -1 : 1))
      cadence = learnGap(cadence, gap)
      saved = JSON.parse(JSON.stringify(learnGap(saved, gap))) as Cadence
      if (index % 50 === 49) expect(saved).toEqual(cadence)
      const max = expectedMaxMs(cadence)
      if (max !== null) expect(max >= minuteMs && max <= 180 * dayMs).toBe(true)
    }
    expect(cadence.bands.length).toBeLessThanOrEqual(110)
    expect(JSON.stringify(cadence).length).toBeLessThan(8_000)
  })
})
