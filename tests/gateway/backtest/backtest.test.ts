import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { loadRules, loadShippedRules, shippedRulesPath } from '../../../config/rules.ts'
import { hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import { backtest } from '../../../gateway/backtest/backtest.ts'
import { LogReader, spanOfLog } from '../../../gateway/backtest/log-reader.ts'
import { openForReading } from '../../../gateway/backtest/log-roster.ts'
import { Replay } from '../../../gateway/backtest/replay.ts'
import type { OutboxItem } from '../../../gateway/outbox/outbox-item.ts'
import { composeEngines } from '../../../gateway/pipeline/compose.ts'
import { dice, Live, t0 } from './live.ts'

const shipped = loadShippedRules()
const text = readFileSync(shippedRulesPath(), 'utf8')
let live: Live
afterEach(() => live.close())

/** Days of six devices and one watched person, with late, repeated and missing messages, absences and restarts. */
function livesThrough(seed: number, steps: number, between?: (step: number) => void): void {
  const roll = dice(seed)
  const seqs = new Map<string, number>()
  let version = 1
  const value = (id: string): object => {
    switch (id) {
      case 'noise':
        return { noise: 55 + roll(30) }
      case 'level':
        return { waterLevel: roll(15) / 10 }
      case 'smoke':
        return { smoke: roll(6) === 0 }
      case 'battery':
        return { battery: roll(40) }
      case 'door':
        return { doorOpen: roll(5) === 0 }
      default:
        return { motion: roll(7) === 0 }
    }
  }
  const ids = ['noise', 'level', 'smoke', 'battery', 'door', 'motion', 'motion', 'door']
  for (let step = 0; step < steps; step++) {
    between?.(step)
    live.wait(roll(25) === 0 ? roll(9) * hourMs : roll(6) * minuteMs + roll(secondMs), roll)
    const batch = Array.from({ length: 1 + roll(4) }, () => {
      const id = ids[roll(ids.length)] ?? 'noise'
      const seq = (seqs.get(id) ?? 0) + (roll(12) === 0 ? 0 : 1 + (roll(15) === 0 ? 1 : 0))
      seqs.set(id, seq)
      const lag = roll(10) === 0 ? roll(3 * hourMs) : 0
      return live.says(id, value(id), live.now - lag, roll(6) === 0 ? undefined : seq)
    })
    live.commit(batch)
    if (roll(60) === 0) live.restart(roll(4) * hourMs + secondMs)
    if (roll(50) !== 0) continue
    const to = roll(2) === 0 ? null : live.now + roll(30) * hourMs
    const away = [{ id: `a${step}`, from: live.now, to, reason: 'away' }]
    const wu = { ...wuOf(), away: roll(3) === 0 ? [] : away }
    const residents = { upsert: [wu], remove: [] }
    live.commit([live.change({ base: version, version: ++version, residents })])
  }
}

const wuOf = () => ({
  id: 'wu',
  community: 'demo',
  household: 'h1',
  name: '吴桂芬',
  honorific: '吴奶奶',
  watch: { windowMs: 6 * hourMs, since: t0 },
})

function replayed(): OutboxItem[] {
  const items: OutboxItem[] = []
  const db = openForReading(live.file)
  const replay = new Replay({
    engines: composeEngines(shipped),
    onItem: (item) => item.kind !== 'event' && items.push(item),
  })
  for (const page of new LogReader(db, spanOfLog(db)!).pages()) replay.run(page)
  expect(replay.poisoned).toBe(0)
  replay.close()
  db.close()
  return items
}

const run = (rules = shipped, from = t0, to = live.now) =>
  backtest({ file: live.file, inForce: shipped, changed: rules, from, to }, { elapsed: () => 0 })

describe('replay equals live', { timeout: 60_000 }, () => {
  test.each([1, 2, 3])(
    'the same anomalies with the same ids, evidence and times, seed %i',
    async (seed) => {
      live = new Live(shipped)
      livesThrough(seed, 260)
      expect(live.items.length).toBeGreaterThan(20)
      expect(replayed()).toEqual(live.items)
      // And the backtest of unchanged rules, which puts the passing of time back itself, changes nothing.
      const { items, summary } = await run()
      expect(items).toEqual([])
      expect(summary).toMatchObject({ new: 0, gone: 0, moved: 0, unexplained: [], leftOut: 0 })
      expect(summary.same).toBeGreaterThan(10)
      expect(summary.log).toMatchObject({ roster: 'log', missedBatches: 0, poisoned: 0, from: t0 })
    },
  )
})

describe('rules that were changed on the way', { timeout: 60_000 }, () => {
  /** Other numbers for noise, then no smoke, and at last as they were. */
  const texts = [
    text.replace('above: { raise: 70, clear: 65 }', 'above: { raise: 66, clear: 64 }'),
    text.replace(/  - id: smoke\n[\s\S]*?(?=  - id: )/, ''),
    text,
  ]

  test.each([6])('replay equals live over three of them and a restart, seed %i', async (seed) => {
    live = new Live(shipped)
    livesThrough(seed, 160, (step) => {
      if (step % 40 === 39) live.commit([live.rules(texts[(step - 39) / 40] ?? text)])
      if (step === 60) live.restart(minuteMs)
    })
    const versions = live.items.flatMap(({ body }) =>
      'rule' in body && body.rule?.id === 'noise' ? [body.rule.version] : [],
    )
    expect(new Set(versions).size).toBe(2)
    expect(replayed()).toEqual(live.items)
    const { items, summary } = await run()
    expect(summary.unexplained).toEqual([])
    // The rules to be tried pass the changes over: with them there is smoke all the time.
    const added = items.filter(({ change }) => change === 'new').map(({ type }) => type)
    expect(added).toContain('smoke.alarm')
  })

  test('what a rule raised is withdrawn when the rule goes, what another raised stands', () => {
    live = new Live(shipped)
    live.commit([live.says('smoke', { smoke: true })])
    holds('noise', { noise: 75 }, 5 * minuteMs)
    const before = live.items.length
    live.commit([live.rules(texts[1] ?? '')])
    expect(live.items.slice(before)).toMatchObject([
      { kind: 'clear', body: { resolves: false, reason: { en: expect.stringMatching(/rule/i) } } },
    ])
    // A process that ends right after it begins under the new ones.
    live.restart(secondMs)
    live.commit([live.says('smoke', { smoke: false })])
    live.commit([live.says('smoke', { smoke: true })])
    expect(live.items.slice(before + 1).map(({ kind }) => kind)).not.toContain('anomaly')
  })
})

describe('what runs while the rules change', { timeout: 60_000 }, () => {
  const raisedAt = (key: string): number[] =>
    live.items.flatMap(({ kind, body }) =>
      kind === 'anomaly' && body.key.startsWith(key) ? [body.raisedAt ?? 0] : [],
    )
  const cleared = (): number => live.items.filter(({ kind }) => kind === 'clear').length
  const noisier = 'above: { raise: 70, clear: 65 }'

  test('a waiting of `forMs` goes on over rules that changed elsewhere, and over a restart right after', () => {
    const lives = (changed: string | null): readonly OutboxItem[] => {
      live = new Live(shipped)
      holds('noise', { noise: 72 }, minuteMs)
      if (changed !== null) live.commit([live.rules(changed)])
      live.restart(secondMs)
      holds('noise', { noise: 72 }, 2 * minuteMs)
      return live.items
    }
    const undisturbed = lives(null)
    live.close()
    expect(raisedAt('noise.high')).toHaveLength(1)
    expect(lives(text.replace('raise: 1.0, clear: 0.8', 'raise: 1.2, clear: 0.8'))).toEqual(
      undisturbed,
    )
    expect(replayed()).toEqual(live.items)
  })

  test('what stands goes on standing under its reworded rule, and clears by the new numbers', async () => {
    live = new Live(shipped)
    holds('noise', { noise: 72 }, 3 * minuteMs)
    expect(raisedAt('noise.high')).toHaveLength(1)
    live.commit([live.rules(text.replace(noisier, 'above: { raise: 80, clear: 60 }'))])
    expect(cleared()).toBe(0)
    holds('noise', { noise: 62 }, 10 * minuteMs)
    expect(cleared()).toBe(0)
    holds('noise', { noise: 50 }, 10 * minuteMs)
    expect(cleared()).toBe(1)
    holds('noise', { noise: 72 }, 10 * minuteMs)
    expect(raisedAt('noise.high')).toHaveLength(1)
    expect(replayed()).toEqual(live.items)
  })

  test('a person is unseen by the hours since their last sign of life, not since the change', async () => {
    live = new Live(shipped, 6 * hourMs)
    const keep = (ms: number): void => {
      for (let left = ms; left > 0; left -= 10 * minuteMs) {
        for (const id of ['door', 'motion']) live.commit([live.says(id, { battery: 90 })])
        live.wait(10 * minuteMs)
      }
    }
    live.commit([live.says('motion', { motion: false })])
    keep(hourMs)
    live.commit([live.says('motion', { motion: true })])
    const seen = live.now
    keep(5 * hourMs)
    live.commit([live.rules(text.replace(noisier, 'above: { raise: 80, clear: 60 }'))])
    keep(2 * hourMs)
    expect(raisedAt('resident.')).toEqual([seen + 6 * hourMs])
    expect(replayed()).toEqual(live.items)
  })

  // Only what is broken by itself is set aside; the box goes on with what it had.
  test('a text that is no rules is set aside as a record, and nothing else with it', () => {
    live = new Live(shipped)
    live.commit([live.rules('noise: 1'), live.says('smoke', { smoke: true })])
    live.wait(minuteMs)
    expect(raisedAt('smoke.alarm')).toHaveLength(1)
  })
})

/** A sensor that says a value each half minute. */
function holds(id: string, values: object, ms: number): void {
  for (let left = ms; left > 0; left -= 30 * secondMs) {
    live.commit([live.says(id, values)])
    live.wait(30 * secondMs)
  }
}

describe('changed rules', { timeout: 60_000 }, () => {
  test('a threshold that is raised or lowered: which tickets go, come and move, and by how much', async () => {
    live = new Live(shipped)
    holds('noise', { noise: 50 }, 10 * minuteMs)
    holds('noise', { noise: 72 }, 10 * minuteMs)
    holds('noise', { noise: 50 }, 20 * minuteMs)
    holds('noise', { noise: 72 }, 5 * minuteMs)
    holds('noise', { noise: 80 }, 5 * minuteMs)
    holds('noise', { noise: 50 }, 20 * minuteMs)
    holds('level', { waterLevel: 0.7 }, 5 * minuteMs)
    holds('level', { waterLevel: 0.1 }, 5 * minuteMs)
    live.commit([live.says('smoke', { smoke: true })])
    live.wait(minuteMs)
    const changed = text
      .replace('above: { raise: 70, clear: 65 }', 'above: { raise: 75, clear: 65 }')
      .replace(
        'above: { raise: 1.0, clear: 0.8 }\n    forMs: 10000',
        'above: { raise: 0.6, clear: 0.4 }\n    forMs: 10000',
      )
      .replace('severity: critical\n    reading: smoke', 'severity: major\n    reading: smoke')
    const { items, summary } = await run(loadRules(changed))
    const brief = items.map(({ change, type, movedMs }) => [change, type, movedMs])
    expect(brief).toEqual([
      ['gone', 'noise.high', null],
      ['moved', 'noise.high', 5 * minuteMs],
      ['new', 'water.level-high', null],
      ['moved', 'smoke.alarm', 0],
    ])
    expect(items[3]).toMatchObject({
      before: { severity: 'critical' },
      after: { severity: 'major' },
    })
    expect(summary).toMatchObject({ new: 1, gone: 1, moved: 2, same: 0 })
    // What lies before `from` only warms the engines up.
    const late = await run(loadRules(changed), live.now - 2 * minuteMs)
    expect(late.items.map(({ type }) => type)).toEqual(['smoke.alarm'])
    expect(late.summary.log.warmUpMs).toBeGreaterThan(hourMs)
  })

  test('a deadline that no tick of the log stands for is found, but not while the box was down', async () => {
    live = new Live(shipped, 24 * hourMs)
    holds('noise', { noise: 50 }, 5 * minuteMs)
    live.commit([live.says('noise', { noise: 72 })])
    live.wait(20 * minuteMs)
    live.commit([live.says('noise', { noise: 50 })])
    live.wait(20 * minuteMs)
    const slower = loadRules(
      text.replace(
        'above: { raise: 70, clear: 65 }\n    forMs: 60000',
        'above: { raise: 70, clear: 65 }\n    forMs: 600000',
      ),
    )
    const { items } = await run(slower)
    expect(items.map(({ change, movedMs }) => [change, movedMs])).toEqual([['moved', 9 * minuteMs]])
  })

  test('nothing is written, and a log that has been swept says from when it tells', async () => {
    live = new Live(shipped)
    holds('noise', { noise: 72 }, 10 * minuteMs)
    const db = openForReading(live.file)
    expect(() => db.exec('DELETE FROM log')).toThrow(/readonly/)
    db.close()
    const stopped = backtest(
      { file: live.file, inForce: shipped, changed: shipped, from: t0, to: live.now },
      { elapsed: () => 0, signal: AbortSignal.abort() },
    )
    await expect(stopped).rejects.toMatchObject({ code: 'backtest.stopped' })
    expect(() => openForReading(`${live.file}.none`)).toThrow(/gateway.db.none/)
  })
})
