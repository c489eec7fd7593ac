import { afterEach, describe, expect, test } from 'vitest'
import type { Database } from 'better-sqlite3'
import { dayMs, hourMs, minuteMs } from '../../../contracts/clock.ts'
import { aggregates } from '../../../contracts/private-api.ts'
import type { Reading } from '../../../gateway/model/input.ts'
import { aggregateOf, addPoint, type Roll, rollOf } from '../../../gateway/telemetry/rollup.ts'
import { createSqliteSeries } from '../../../gateway/telemetry/sqlite-series.ts'
import { openTables, reading } from './open-series.ts'

const open: Database[] = []
const tables = () => {
  const db = openTables()
  open.push(db)
  return db
}
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

/** A small repeatable generator (mulberry32): a failing seed can be run again. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const start = 1_760_000_400_000
const devices = ['a', 'b', 'c']

/** Readings of three devices around `now`: late ones, repeats, bare ones, all kinds of values. */
function someReadings(random: () => number, now: number): Reading[] {
  return Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
    const late = random() < 0.2 ? Math.floor(random() * 6 * hourMs) : 0
    // Quarters sum without rounding, so equal means equal.
    const number = Math.floor(random() * 400) / 4 - 50
    const kind = random()
    return reading({
      device: devices[Math.floor(random() * 3)] ?? 'a',
      ts: now - late - Math.floor(random() * 5) * minuteMs,
      seq: random() < 0.1 ? null : Math.floor(random() * 4),
      value: kind < 0.8 ? number : kind < 0.9 ? number > 0 : `text ${number}`,
      receivedAt: now,
    })
  })
}

interface Kept {
  readonly ts: number
  readonly seq: number
  readonly value: Reading['value']
}

/** What a store that forgets nothing would hold: the model to compare with. */
class Model {
  readonly #points = new Map<string, Map<string, Kept>>()
  #bare = -1e12
  add(item: Reading): void {
    const points = this.#points.get(item.device) ?? new Map<string, Kept>()
    this.#points.set(item.device, points)
    const seq = item.seq ?? (this.#bare += 1)
    const key = `${item.ts}/${seq}`
    if (!points.has(key)) points.set(key, { ts: item.ts, seq, value: item.value })
  }
  buckets(device: string, from: number, to: number, bucketMs: number): Map<number, Roll> {
    const rolls = new Map<number, Roll>()
    for (const { ts, seq, value } of this.#points.get(device)?.values() ?? []) {
      if (ts < from || ts > to) continue
      const at = Math.floor(ts / bucketMs) * bucketMs
      const roll = rolls.get(at)
      if (roll === undefined) rolls.set(at, rollOf(ts, seq, value))
      else addPoint(roll, ts, seq, value)
    }
    return new Map([...rolls].sort(([a], [b]) => a - b))
  }
}

describe('hourly roll-ups', () => {
  test.each(Array.from({ length: 24 }, (_, seed) => seed + 1))(
    'equal the raw points whatever was late, repeated, rolled up or deleted meanwhile (seed %i)',
    async (seed) => {
      const random = chance(seed)
      const rawKeepMs = 12 * hourMs // more than readings are late, as the shipped 30 days are
      const settleRows = 1 + Math.floor(random() * 200)
      // In every other run the bound on rows bites as well, and takes hours that are not over yet.
      const rowsMax = seed % 2 === 0 ? 1e9 : 200 + Math.floor(random() * 500)
      const options = { rawKeepMs, rollDelayMs: 0, settleRows, rowsMax }
      const series = createSqliteSeries(tables(), options)
      const model = new Model()
      let now = start
      for (let round = 0; round < 120; round += 1) {
        now += Math.floor(random() * 20 * minuteMs)
        const batch = someReadings(random, now)
        series.write(batch)
        for (const item of batch) model.add(item)
        const again = batch.filter((item) => item.seq !== null && random() < 0.3)
        expect(series.write(again)).toEqual({ stored: 0, duplicates: again.length, refused: 0 })
        if (random() < 0.5) series.prune(now, 1 + Math.floor(random() * 300))
      }
      for (const aggregate of aggregates) {
        for (const device of devices) {
          for (const bucketMs of [hourMs, 6 * hourMs, dayMs]) {
            const range = { from: start - dayMs, to: now }
            const name = { community: 'home', device, reading: 'temperature' }
            const found = await series.buckets({ ...name, ...range, bucketMs, aggregate })
            const expected = [...model.buckets(device, range.from, range.to, bucketMs)]
              .map(([ts, roll]) => ({ ts, value: aggregateOf(roll, aggregate), count: roll.count }))
              .filter((point) => point.value !== null)
            expect(found, `${aggregate} ${device} ${bucketMs}`).toEqual(expected)
          }
        }
      }
      const { rawByAge, rawByBound } = series.stats().pruned
      expect(rawByAge + rawByBound).toBeGreaterThan(0)
      if (rowsMax < 1e9) expect(rawByBound).toBeGreaterThan(0)
    },
  )

  test('survive the raw points, and narrow buckets over old hours answer whole hours', async () => {
    const series = createSqliteSeries(tables(), { rawKeepMs: dayMs, rollDelayMs: 0 })
    const name = { community: 'home', device: 'meter-1', reading: 'temperature' }
    for (let hour = 0; hour < 72; hour += 1)
      series.write(
        [0, 20, 40].map((m) =>
          reading({ ts: start + hour * hourMs + m * minuteMs, seq: hour * 60 + m, value: m }),
        ),
      )
    const now = start + 72 * hourMs
    while (series.prune(now, 50).more);
    const raw = await series.range({ ...name, from: 0, to: now })
    expect(raw[0]?.ts).toBe(start + 48 * hourMs)
    const query = { ...name, from: start, to: now, aggregate: 'mean' as const }
    expect(await series.buckets({ ...query, bucketMs: hourMs })).toHaveLength(72)
    const narrow = await series.buckets({ ...query, bucketMs: 20 * minuteMs })
    expect(narrow).toHaveLength(48 + 24 * 3)
    expect(narrow[0]).toEqual({ ts: start, value: 20, count: 3 })
    expect(narrow.at(-1)).toEqual({ ts: now - 20 * minuteMs, value: 40, count: 1 })
  })

  test('go after their own time, and a series with nothing left is forgotten', () => {
    const db = tables()
    const series = createSqliteSeries(db, { rawKeepMs: dayMs, rollupKeepMs: 10 * dayMs })
    series.write([reading({ ts: start, seq: 1, value: 1 })])
    series.prune(start + 2 * dayMs, 100)
    expect(series.stats().rows).toBe(0)
    expect(series.stats().pruned).toMatchObject({ rawByAge: 1, rollups: 0, series: 0 })
    series.prune(start + 11 * dayMs, 100)
    expect(series.stats().pruned).toMatchObject({ rollups: 1, series: 1 })
    expect(series.write([reading({ ts: start, seq: 1, value: 1 })]).stored).toBe(1)
  })
})
