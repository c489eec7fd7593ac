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
function livesThrough(seed: number, steps: number): void {
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
