import { loadShippedRules } from '../config/rules.ts'
import { hourMs, minuteMs, secondMs } from '../contracts/clock.ts'
import type { RosterResident } from '../contracts/roster.ts'
import { careOptions, createCareEngine } from '../gateway/care/care-engine.ts'
import type { Reading } from '../gateway/model/input.ts'
import { RosterBook } from '../gateway/model/roster-book.ts'
import { createRuleEngine } from '../gateway/rules/rule-engine.ts'
import type { BenchArguments } from './support/arguments.ts'
import { rounded } from './support/figures.ts'
import { seeded } from './support/random.ts'
import { community, mixedReadings, mixedRoster, mixedRules } from './support/rules-mix.ts'

const devices = 10_000
const rules = 300
const residents = 100_000
const start = Date.UTC(2026, 0, 5, 2)

/** `bench rules`: the shipped rule engine under 300 rules over 10,000 devices, and a tick over 100,000 watched people. */
export async function benchRules(
  args: Pick<BenchArguments, 'seconds' | 'rounds' | 'seed'>,
): Promise<object> {
  const rates: number[] = []
  const bare: number[] = []
  let count = { readings: 0, evaluationsPerReading: 0 }
  for (let round = 0; round < (args.rounds ?? 3); round += 1) {
    bare.push(bareRate(args.seed))
    const measured = engineRate(args.seed + round, args.seconds ?? 5)
    rates.push(measured.perSecond)
    count = measured
  }
  const evaluationsPerSecond = Math.max(...rates)
  const baselinePerSecond = Math.max(...bare)
  const tick = deadlineTick()
  return {
    evaluationsPerSecond: Math.round(evaluationsPerSecond),
    baselinePerSecond: Math.round(baselinePerSecond),
    ratio: rounded(evaluationsPerSecond / baselinePerSecond, 4),
    readings: count.readings,
    evaluationsPerReading: rounded(count.evaluationsPerReading, 1),
    rules,
    devices,
    deadlineTickMs: rounded(tick.dueMs, 2),
    idleTickMs: rounded(tick.idleMs, 2),
    residents,
  }
}

/** Expression rules and thresholds looked at in a second, with all that a value costs beside: clock, windows, state. */
function engineRate(seed: number, seconds: number) {
  const engine = createRuleEngine({ roster: mixedRoster(devices), rules: mixedRules() })
  const random = seeded(seed)
  const values = mixedReadings.map((_, index) => (index === 5 ? 0 : 20))
  let now = start
  let seq = 0
  const play = (): Reading => {
    const which = seq % mixedReadings.length
    if (which === 0) now += 6
    const device = Math.floor(seq / mixedReadings.length) % devices
    seq += 1
    return {
      kind: 'reading',
      community,
      device: `d${device}`,
      name: mixedReadings[which] ?? '',
      ts: now,
      seq,
      value: which === 5 ? seq / 1e9 : (values[which] ?? 0) + random() * 30,
      receivedAt: now,
      clockMarked: false,
    }
  }
  // Every device once and again: states exist, and the code is warm.
  for (let index = 0; index < 2 * devices * mixedReadings.length; index += 1) engine.apply(play())
  engine.takeDirty()
  const before = engine.stats().evaluations
  let readings = 0
  const started = performance.now()
  while (performance.now() - started < seconds * secondMs)
    for (let index = 0; index < 1_000; index += 1) {
      engine.apply(play())
      readings += 1
    }
  const tookMs = performance.now() - started
  engine.takeDirty()
  const evaluations = engine.stats().evaluations - before
  return {
    perSecond: (evaluations * secondMs) / tookMs,
    readings,
    evaluationsPerReading: evaluations / readings,
  }
}

/** The same kind of condition as bare functions over numbers in arrays: nothing kept, nothing timed. */
function bareRate(seed: number): number {
  const random = seeded(seed)
  const values = Array.from({ length: devices }, () => [random() * 50, random() * 90, random()])
  const conditions = Array.from({ length: rules }, (_, index) => {
    const level = 60 + (index % 40)
    return (row: readonly number[]): boolean => (row[0] ?? 0) > level && (row[1] ?? 0) > 60
  })
  let raised = 0
  let evaluations = 0
  const started = performance.now()
  while (performance.now() - started < secondMs)
    for (let index = 0; index < 1_000; index += 1) {
      const row = values[(index * 7_919 + evaluations) % devices] ?? []
      for (let rule = 0; rule < 18; rule += 1)
        if (conditions[(rule * 17 + index) % rules]?.(row) === true) raised += 1
      evaluations += 18
    }
  const tookMs = performance.now() - started
  return raised < 0 ? 0 : (evaluations * secondMs) / tookMs
}

/** The tick at which deadlines fall due, and one at which none does, through the shipped care engine. */
function deadlineTick(): { readonly dueMs: number; readonly idleMs: number } {
  const roster = new RosterBook()
  const people = Array.from(
    { length: residents },
    (_, index): RosterResident => ({
      id: `r${index}`,
      community,
      household: `h${index}`,
      name: `r${index}`,
      honorific: `r${index}`,
      // Deadlines spread over a day: about 1.2 of them in each second.
      watch: {
        windowMs: 24 * hourMs,
        since: start + Math.floor((index * 24 * hourMs) / residents),
      },
      away: [],
    }),
  )
  roster.replace({
    version: 1,
    devices: [],
    credentials: [],
    households: [],
    residents: people,
    cards: [],
  })
  const engine = createCareEngine({ roster }, careOptions(loadShippedRules()))
  engine.apply({ kind: 'start', downSince: null, receivedAt: start })
  engine.apply({ kind: 'tick', receivedAt: start + minuteMs })
  engine.takeDirty()
  const took: number[] = []
  const idle: number[] = []
  let now = start + minuteMs
  for (let second = 0; second < 600; second += 1) {
    now = Math.max(now + secondMs, engine.nextDueAt() ?? 0)
    const began = performance.now()
    engine.apply({ kind: 'tick', receivedAt: now })
    engine.takeDirty()
    took.push(performance.now() - began)
    const again = performance.now()
    engine.nextDueAt()
    engine.apply({ kind: 'tick', receivedAt: now })
    idle.push(performance.now() - again)
  }
  return { dueMs: worst(took), idleMs: worst(idle) }
}

/** Of a hundred ticks the slowest but one. */
const worst = (all: readonly number[]): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? 0
