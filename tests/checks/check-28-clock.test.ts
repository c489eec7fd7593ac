import { Sqlite } from '../../config/sqlite.ts'
import { loadShippedRules } from '../../config/rules.ts'
import { hourMs, minuteMs, secondMs } from '../../contracts/clock.ts'
import type { Roster } from '../../contracts/roster.ts'
import type { LogRecord } from '../../gateway/model/record.ts'
import type { OutboxItem } from '../../gateway/outbox/outbox-item.ts'
import { composeEngines, migrateGateway } from '../../gateway/pipeline/compose.ts'
import { Processor } from '../../gateway/pipeline/processor.ts'
import { describe, expect, test } from 'vitest'

const t0 = Date.UTC(2026, 10, 20, 2)
const elders = 40
const windowMs = 24 * hourMs
/** Elder 0 gives no sign any more; all others live. */
const silent = 0
const place = (n: number) => ({ name: `${n} 号`, lat: 31 + n / 1_000, lon: 121 })
const all = Array.from({ length: elders }, (_, n) => n)

const rosterAt = (since: number): Roster => ({
  version: 1,
  devices: all.map((n) => ({
    id: `motion-${n}`,
    community: 'demo',
    type: 'motion',
    name: '客厅红外',
    place: place(n),
    state: 'approved',
    household: `h${n}`,
    intervalMs: 10 * minuteMs,
    camera: null,
  })),
  credentials: [],
  households: all.map((n) => ({ id: `h${n}`, community: 'demo', place: place(n) })),
  residents: all.map((n) => ({
    id: `r${n}`,
    community: 'demo',
    household: `h${n}`,
    name: `老人${n}`,
    honorific: `老人${n}`,
    watch: { windowMs, since },
    away: [],
  })),
  cards: [],
})

/** The pipeline on a database, with a box clock that may be wrong; restarted on the same database. */
function aBox(truth: number) {
  const db = new Sqlite(':memory:')
  migrateGateway(db)
  const raised: { readonly type: string; readonly subject: string; readonly at: number }[] = []
  const seqs = all.map(() => 0)
  const start = (): Processor =>
    new Processor(db, {
      engines: composeEngines(loadShippedRules()),
      series: { write: () => ({ stored: 0, duplicates: 0 }) },
      outbox: { put: hear },
    })
  const box = { truth, offset: 0 }
  const hear = (item: OutboxItem): void => {
    if (item.kind !== 'anomaly' || item.id.includes('.')) return
    const { type, subject } = item.body
    raised.push({ type, subject: subject?.id ?? '', at: box.truth })
  }
  let processor = start()
  const put = (kind: LogRecord['kind'], topic: string, body: string): void => {
    const receivedAt = box.truth + box.offset
    const client = topic === '' ? 'gateway' : (topic.split('/')[3] ?? '')
    const payload = Buffer.from(body)
    processor.run([{ kind, receivedAt, topic, client, retain: false, payload }], receivedAt)
  }
  return {
    raised,
    box,
    unseen: () => raised.filter(({ type }) => type.startsWith('resident.')),
    put,
    begin(since: number): void {
      put('roster', '', JSON.stringify(rosterAt(since)))
    },
    restart(downSince: number | null): void {
      processor = start()
      const receivedAt = box.truth + box.offset
      put('fact', '', JSON.stringify({ kind: 'start', downSince, receivedAt }))
    },
    /** Lives until then: ticks, and motion of everybody who is alive. `stepMs` between ticks. */
    live(until: number, stepMs = minuteMs, dead: readonly number[] = [silent]): void {
      for (; box.truth < until; box.truth += stepMs) {
        put('tick', '', '')
        if (
          Math.floor(box.truth / (10 * minuteMs)) ===
          Math.floor((box.truth - stepMs) / (10 * minuteMs))
        )
          continue
        for (const n of all) {
          const moves = !dead.includes(n) && Math.floor(box.truth / hourMs) % 3 === n % 3
          const said = {
            ts: box.truth,
            seq: (seqs[n] = (seqs[n] ?? 0) + 1),
            values: { motion: moves },
          }
          put('publish', `linli/v1/demo/motion-${n}/telemetry`, JSON.stringify(said))
        }
      }
    },
  }
}

describe('check 28: a wrong clock of the box neither silences nor floods', () => {
  test.each([24 * hourMs, -24 * hourMs])(
    'a jump of %i ms alarms nobody who lives, and the one who does not by their window, once',
    (jumpMs) => {
      const t = aBox(t0)
      t.begin(t0 - hourMs)
      t.live(t0 + 2 * hourMs, minuteMs, [])
      const lastAt = t0 + 2 * hourMs
      t.live(t0 + 8 * hourMs)
      t.box.offset += jumpMs
      t.live(t0 + 40 * hourMs)
      // "Cannot tell" may come first, where the jump tore a hole into what was watched; each comes once.
      expect([...new Set(t.unseen().map(({ subject }) => subject))]).toEqual(['r0'])
      expect(new Set(t.unseen().map(({ type }) => type)).size).toBe(t.unseen().length)
      const delayMs = (t.unseen()[0]?.at ?? 0) - lastAt
      expect(delayMs).toBeGreaterThan(windowMs - 3 * hourMs)
      expect(delayMs).toBeLessThan(windowMs + 9 * hourMs)
    },
  )

  test('a start in 1970, until the time is known, alarms nobody; then the window begins anew', () => {
    const t = aBox(t0)
    t.begin(t0 - hourMs)
    t.live(t0 + 3 * hourMs)
    t.box.offset = -(t.box.truth - 20 * secondMs)
    t.restart(t0 + 3 * hourMs)
    t.live(t0 + 4 * hourMs)
    t.box.offset = 0
    t.live(t0 + 40 * hourMs)
    expect(t.unseen().map(({ subject }) => subject)).toEqual(['r0'])
    expect(t.unseen()[0]?.at).toBeLessThanOrEqual(t0 + 28 * hourMs + minuteMs)
  })

  test('a start a day ahead, for the minutes until the time is known, alarms nobody either', () => {
    const t = aBox(t0)
    t.begin(t0 - hourMs)
    t.live(t0 + 6 * hourMs)
    t.box.truth = t0 + 6 * hourMs + 4 * minuteMs
    t.box.offset = 24 * hourMs
    t.restart(t0 + 6 * hourMs)
    t.live(t0 + 6 * hourMs + 9 * minuteMs)
    t.box.offset = 0
    t.live(t0 + 30 * hourMs)
    expect(t.unseen().map(({ subject }) => subject)).toEqual(['r0'])
  })

  test('a first start in 1970, with nothing known yet, alarms nobody either', () => {
    const t = aBox(t0)
    t.box.offset = -t0 + 5 * secondMs
    t.restart(null)
    t.begin(t0 - 30 * 24 * hourMs)
    t.live(t0 + hourMs, minuteMs, [])
    t.box.offset = 0
    t.live(t0 + 20 * hourMs, minuteMs, [])
    expect(t.unseen()).toEqual([])
  })

  test('a deadline fires within two seconds, once, however often the box restarts around it', () => {
    const t = aBox(t0)
    t.begin(t0 - hourMs)
    t.live(t0 + 20 * hourMs)
    const due = t0 - hourMs + windowMs
    t.live(due - 3 * secondMs)
    t.box.truth = due - 3 * secondMs
    t.restart(due - 4 * secondMs)
    t.live(due + 3 * secondMs, secondMs)
    t.restart(due + 3 * secondMs)
    t.live(due + hourMs)
    expect(t.unseen()).toHaveLength(1)
    const lateMs = (t.unseen()[0]?.at ?? 0) - due
    expect(lateMs).toBeGreaterThanOrEqual(0)
    expect(lateMs).toBeLessThanOrEqual(2 * secondMs)
  })

  test('hours are hours in the night in which summer time ends, too', () => {
    const night = Date.UTC(2026, 9, 24, 20)
    const before = process.env['TZ']
    process.env['TZ'] = 'Europe/Berlin'
    try {
      const t = aBox(night)
      t.begin(night)
      t.live(night + 25 * hourMs)
      expect(t.unseen()).toMatchObject([{ subject: 'r0' }])
      expect(Math.abs((t.unseen()[0]?.at ?? 0) - night - windowMs)).toBeLessThanOrEqual(minuteMs)
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
  })
})
