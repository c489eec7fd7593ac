import { afterEach, describe, expect, test } from 'vitest'
import type { Database } from 'better-sqlite3'
import { dayMs, hourMs } from '../../../contracts/clock.ts'
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

const start = 1_760_000_400_000
const name = { community: 'home', device: 'meter-1', reading: 'temperature' }
const everything = { ...name, from: 0, to: 9e15 }

describe('SQLite series', () => {
  test('a rolled-back transaction leaves nothing behind, in memory neither: the ids are given anew', async () => {
    const db = tables()
    const series = createSqliteSeries(db)
    const failed = db.transaction(() => {
      series.write([reading({ ts: start, seq: 1, value: 1 })])
      series.write([reading({ ts: start, seq: 2, value: 2 })])
      throw new Error('disk full')
    })
    expect(failed).toThrow('disk full')
    expect(series.stats().rows).toBe(0)
    // Another name takes the id that the failed transaction had given; both must stay apart.
    series.write([reading({ name: 'humidity', ts: start, seq: 1, value: 50 })])
    series.write([reading({ ts: start, seq: 1, value: 1 })])
    expect(await series.range(everything)).toEqual([{ ts: start, value: 1 }])
    expect(await series.range({ ...everything, reading: 'humidity' })).toEqual([
      { ts: start, value: 50 },
    ])
  })

  test('a rolled-back pouring over loses no reading and doubles none', async () => {
    const db = tables()
    const series = createSqliteSeries(db, { settleRows: 10 })
    const batch = Array.from({ length: 9 }, (_, n) => reading({ ts: start + n, seq: n, value: n }))
    series.write(batch)
    const failed = db.transaction(() => {
      series.write([reading({ ts: start + 20, seq: 20, value: 20 })])
      throw new Error('no')
    })
    expect(failed).toThrow('no')
    expect(series.write(batch)).toEqual({ stored: 0, duplicates: 9, refused: 0 })
    series.write([reading({ ts: start + 9, seq: 9, value: 9 })])
    expect(series.write(batch).duplicates).toBe(9)
    expect(await series.range(everything)).toHaveLength(10)
  })

  test('what is stored is there after a new start, and repeats are still known', async () => {
    const db = tables()
    createSqliteSeries(db).write([reading({ ts: start, seq: 1, value: true })])
    const again = createSqliteSeries(db)
    expect(again.write([reading({ ts: start, seq: 1, value: true })]).duplicates).toBe(1)
    expect(await again.range(everything)).toEqual([{ ts: start, value: true }])
    expect(again.stats().rows).toBe(1)
  })

  test('a value that is not finite is refused and counted, the rest of the batch is kept', () => {
    const series = createSqliteSeries(tables())
    const batch = [Number.NaN, Infinity, 1].map((value, seq) => reading({ ts: start, seq, value }))
    expect(series.write(batch)).toEqual({ stored: 1, duplicates: 0, refused: 2 })
    expect(series.stats().refused).toBe(2)
  })

  test('a device that invents readings without end meets a bound; others do not', () => {
    const series = createSqliteSeries(tables(), { perDeviceMax: 3, cacheMax: 2 })
    const invented = Array.from({ length: 10 }, (_, seq) =>
      reading({ name: `r${seq}`, ts: start, seq, value: seq }),
    )
    expect(series.write(invented)).toEqual({ stored: 3, duplicates: 0, refused: 7 })
    expect(series.write(invented)).toEqual({ stored: 0, duplicates: 3, refused: 7 })
    expect(series.write([reading({ device: 'other', ts: start, seq: 1, value: 1 })]).stored).toBe(1)
    expect(series.stats().cacheOverflows).toBeGreaterThan(0)
  })

  test('many bare values of one millisecond are all kept, in order', async () => {
    const series = createSqliteSeries(tables())
    const bare = Array.from({ length: 1_000 }, (_, n) => reading({ ts: start, value: n }))
    expect(series.write(bare).stored).toBe(1_000)
    const values = (await series.range(everything)).map((point) => point.value)
    expect(values).toEqual(bare.map((item) => item.value))
  })

  test('the bound on rows takes the oldest hours of all series, rolled up first, and is counted', async () => {
    const series = createSqliteSeries(tables(), { rowsMax: 1_000, rollDelayMs: dayMs })
    for (let hour = 0; hour < 30; hour += 1)
      for (const device of ['a', 'b'])
        series.write(
          Array.from({ length: 50 }, (_, n) =>
            reading({
              device,
              ts: start + hour * hourMs + n * 1_000,
              seq: hour * 50 + n,
              value: 2,
            }),
          ),
        )
    let slices = 0
    while (series.prune(start + 30 * hourMs, 70).more) slices += 1
    expect(slices).toBeGreaterThan(10)
    expect(series.stats().rows).toBeLessThanOrEqual(1_000)
    expect(series.stats().pruned.rawByBound).toBe(2_000)
    for (const device of ['a', 'b']) {
      const raw = await series.range({ ...everything, device })
      expect(raw[0]?.ts).toBe(start + 20 * hourMs)
      const query = { ...everything, device, bucketMs: hourMs, aggregate: 'sum' as const }
      const sums = await series.buckets(query)
      expect(sums.map((point) => point.value)).toEqual(Array.from({ length: 30 }, () => 100))
    }
  })

  test('the bound on bytes counts long texts', () => {
    const series = createSqliteSeries(tables(), { bytesMax: 50_000 })
    for (let n = 0; n < 100; n += 1)
      series.write([reading({ ts: start + n * hourMs, seq: n, value: 'x'.repeat(1_000) })])
    while (series.prune(start + 100 * hourMs, 10).more);
    expect(series.stats().bytes).toBeLessThanOrEqual(50_000)
    expect(series.stats().rows).toBeGreaterThan(30)
  })

  test('a query that would read too many raw points is refused instead of stopping the writer', async () => {
    const series = createSqliteSeries(tables(), { scanRowsMax: 100 })
    series.write(
      Array.from({ length: 200 }, (_, n) => reading({ ts: start + n, seq: n, value: n })),
    )
    const query = { ...everything, bucketMs: 60_000, aggregate: 'mean' as const }
    await expect(series.buckets(query)).rejects.toMatchObject({ code: 'request.too-large' })
    expect(await series.buckets({ ...query, to: start + 99 })).toHaveLength(1)
  })
})
