import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dayMs, hourMs, minuteMs } from '../../contracts/clock.ts'
import { limits } from '../../contracts/limits.ts'
import type { Reading } from '../../gateway/model/input.ts'
import type { TimeSeries } from '../../gateway/telemetry/time-series.ts'
import { reading } from '../gateway/telemetry/open-series.ts'

export interface Subject {
  readonly name: string
  /** False where a store overwrites and cannot count repeats. */
  readonly tellsDuplicates: boolean
  /** An empty store; called once for the suite, each test uses its own community. */
  open(): Promise<OpenSeries>
}

export interface OpenSeries {
  readonly series: TimeSeries
  close(): Promise<void>
}

const at = (name: string, reading = 'temperature', device = 'meter-1') => ({
  community: name,
  device,
  reading,
})

const t0 = 1_760_000_400_000 // a full hour

/** What every implementation of the time-series port must do: run on SQLite and on InfluxDB. */
export function timeSeriesContract(subject: Subject): void {
  describe(`time series on ${subject.name}`, () => {
    let series: TimeSeries
    let opened: OpenSeries | null = null
    let count = 0
    const community = () => `c${(count += 1)}`
    const whole = { from: 0, to: 9e15 }

    beforeAll(async () => {
      opened = await subject.open()
      series = opened.series
    })
    afterAll(() => opened?.close())

    test('numbers, booleans and strings come back as they went in', async () => {
      const home = community()
      const values = [
        21.5,
        -3,
        0,
        1e-9,
        1.5e300,
        true,
        false,
        '',
        'open',
        '“水”, x=1 "y" \\',
        "it's\n\\'",
      ]
      await series.write(
        values.map((value, seq) => reading({ community: home, ts: t0 + seq, seq, value })),
      )
      const points = await series.range({ ...at(home), ...whole })
      expect(points).toEqual(values.map((value, seq) => ({ ts: t0 + seq, value })))
    })

    test('the same reading, seen again, is there once: QoS 1 may deliver it twice', async () => {
      const home = community()
      const batch = [1, 2, 3].map((seq) => reading({ community: home, ts: t0, seq, value: seq }))
      await series.write(batch)
      const again = await series.write([...batch, ...batch])
      if (subject.tellsDuplicates) expect(again).toEqual({ stored: 0, duplicates: 6, refused: 0 })
      const points = await series.range({ ...at(home), ...whole })
      expect(points.map((point) => point.value)).toEqual([1, 2, 3])
    })

    test('a repeat within one batch is stored once as well', async () => {
      const home = community()
      const one = reading({ community: home, ts: t0, seq: 7, value: 1 })
      await series.write([one, one])
      expect(await series.range({ ...at(home), ...whole })).toHaveLength(1)
    })

    test('another ts, seq, reading, device or community is another reading', async () => {
      const home = community()
      const other = community()
      const base = { community: home, ts: t0, seq: 1, value: 1 }
      await series.write([
        reading(base),
        reading({ ...base, ts: t0 + 1 }),
        reading({ ...base, seq: 2 }),
        reading({ ...base, name: 'humidity' }),
        reading({ ...base, device: 'meter-2' }),
        reading({ ...base, community: other }),
      ])
      expect(await series.range({ ...at(home), ...whole })).toHaveLength(3)
      expect(await series.range({ ...at(home, 'humidity'), ...whole })).toHaveLength(1)
      expect(await series.range({ ...at(home, 'temperature', 'meter-2'), ...whole })).toHaveLength(
        1,
      )
      expect(await series.range({ ...at(other), ...whole })).toHaveLength(1)
    })

    test('bare values cannot be told from their repeats: each is kept, in order of arrival', async () => {
      const home = community()
      const bare = (value: number) => reading({ community: home, ts: t0, seq: null, value })
      await series.write([bare(1), bare(1), bare(2)])
      await series.write([bare(3), reading({ community: home, ts: t0, seq: 0, value: 4 })])
      const values = (await series.range({ ...at(home), ...whole })).map((point) => point.value)
      expect(values.filter((value) => value !== 4)).toEqual([1, 1, 2, 3])
      expect(values).toHaveLength(5)
    })

    test('points come by time whatever order they were written in', async () => {
      const home = community()
      const of = (n: number) => reading({ community: home, ts: t0 + n, seq: n, value: n })
      await series.write([of(5), of(1)])
      await series.write([of(3), of(0), of(9)])
      const points = await series.range({ ...at(home), ...whole })
      expect(points.map((point) => point.value)).toEqual([0, 1, 3, 5, 9])
    })

    test('both bounds are inclusive, and a limit counts from `from`', async () => {
      const home = community()
      const batch = [0, 1, 2, 3, 4].map((n) =>
        reading({ community: home, ts: t0 + n, seq: n, value: n }),
      )
      await series.write(batch)
      const values = async (from: number, to: number, limit?: number) =>
        (
          await series.range({ ...at(home), from, to, ...(limit === undefined ? {} : { limit }) })
        ).map((point) => point.value)
      expect(await values(t0 + 1, t0 + 3)).toEqual([1, 2, 3])
      expect(await values(t0 + 2, t0 + 2)).toEqual([2])
      expect(await values(t0, t0 + 9, 2)).toEqual([0, 1])
      expect(await values(t0 + 3, t0 + 1)).toEqual([])
      expect(await values(t0, t0 + 9, 0)).toEqual([])
      expect(await values(-Infinity, Infinity)).toEqual([0, 1, 2, 3, 4])
      await expect(values(Number.NaN, t0)).rejects.toMatchObject({ code: 'request.invalid' })
    })

    test('what is not known is empty, not an error', async () => {
      expect(await series.range({ ...at('nobody'), ...whole })).toEqual([])
      const query = { ...at('nobody'), ...whole, bucketMs: hourMs, aggregate: 'mean' } as const
      expect(await series.buckets(query)).toEqual([])
    })

    test('names with quotes, spaces and commas are names, not queries', async () => {
      const home = community()
      const names = [
        `a' OR 'x'='x`,
        'b"c',
        'd,e=f g',
        'h\\',
        '100%',
        'i\nj',
        "k'; DROP DATABASE x--",
      ]
      await series.write(
        names.map((name, seq) => reading({ community: home, ts: t0, seq, name, value: seq })),
      )
      for (const [seq, name] of names.entries())
        expect(await series.range({ ...at(home, name), ...whole })).toEqual([
          { ts: t0, value: seq },
        ])
      expect(await series.range({ ...at(home, `' OR '1'='1`), ...whole })).toEqual([])
    })

    test('every aggregate of a bucket, with the count of points behind it', async () => {
      const home = community()
      const values = [4, 1, 7, 2]
      await series.write(
        values.map((value, n) =>
          reading({ community: home, ts: t0 + n * minuteMs, seq: n, value }),
        ),
      )
      const expected = { mean: 3.5, min: 1, max: 7, sum: 14, count: 4, first: 4, last: 2 } as const
      for (const [aggregate, value] of Object.entries(expected)) {
        const query = { ...at(home), from: t0, to: t0 + hourMs, bucketMs: hourMs }
        const points = await series.buckets({ ...query, aggregate: aggregate as 'mean' })
        expect(points, aggregate).toEqual([{ ts: t0, value, count: 4 }])
      }
    })

    test('booleans count as 0 and 1, strings only in count, first and last keep their kind', async () => {
      const home = community()
      const values = [true, false, true, true]
      await series.write(
        values.map((value, n) => reading({ community: home, ts: t0 + n, seq: n, value })),
      )
      const mixed = ['on', 5, 'off']
      await series.write(
        mixed.map((value, n) => reading({ community: home, name: 'm', ts: t0 + n, seq: n, value })),
      )
      await series.write([reading({ community: home, name: 's', ts: t0, seq: 1, value: 'x' })])
      const ask = async (name: string, aggregate: 'mean' | 'first' | 'last' | 'count' | 'sum') =>
        (
          await series.buckets({
            ...at(home, name),
            from: t0,
            to: t0 + 10,
            bucketMs: minuteMs,
            aggregate,
          })
        ).map((point) => point.value)
      expect(await ask('temperature', 'mean')).toEqual([0.75])
      expect(await ask('temperature', 'first')).toEqual([true])
      expect(await ask('m', 'first')).toEqual(['on'])
      expect(await ask('m', 'last')).toEqual(['off'])
      expect(await ask('m', 'sum')).toEqual([5])
      expect(await ask('m', 'count')).toEqual([3])
      expect(await ask('s', 'mean')).toEqual([])
      expect(await ask('s', 'count')).toEqual([1])
    })

    test('buckets are aligned, empty ones left out, ends cut at the bounds, limit kept', async () => {
      const home = community()
      const minutes = [0, 10, 59, 60, 61, 179, 181]
      await series.write(
        minutes.map((m, n) =>
          reading({ community: home, ts: t0 + m * minuteMs, seq: n, value: m }),
        ),
      )
      const query = { ...at(home), bucketMs: hourMs, aggregate: 'count' as const }
      const to = t0 + 180 * minuteMs
      expect(await series.buckets({ ...query, from: t0 + 5 * minuteMs, to })).toEqual([
        { ts: t0, value: 2, count: 2 },
        { ts: t0 + hourMs, value: 2, count: 2 },
        { ts: t0 + 2 * hourMs, value: 1, count: 1 },
      ])
      expect(await series.buckets({ ...query, from: t0, to: 9e15, limit: 1 })).toHaveLength(1)
      const halves = await series.buckets({ ...query, from: t0, to, bucketMs: 30 * minuteMs })
      expect(halves.map((point) => [(point.ts - t0) / minuteMs, point.value])).toEqual([
        [0, 2],
        [30, 1],
        [60, 2],
        [150, 1],
      ])
      await expect(series.buckets({ ...query, from: t0, to, bucketMs: 10 })).rejects.toMatchObject({
        code: 'request.invalid',
      })
    })

    test('days may begin at local midnight', async () => {
      const home = community()
      const midnight = Date.UTC(2026, 10, 19, 16) // 20 November in Beijing
      await series.write(
        [-1, 0, dayMs - 1, dayMs].map((ms, seq) =>
          reading({ community: home, ts: midnight + ms, seq, value: 1 }),
        ),
      )
      const query = { ...at(home), from: midnight - dayMs, to: midnight + 2 * dayMs }
      const days = await series.buckets({
        ...query,
        bucketMs: dayMs,
        alignMs: 16 * hourMs,
        aggregate: 'count',
      })
      expect(days.map((point) => [point.ts, point.value])).toEqual([
        [midnight - dayMs, 1],
        [midnight, 2],
        [midnight + dayMs, 1],
      ])
    })

    test('an answer never holds more than telemetryPointsMax points', async () => {
      const home = community()
      const all: Reading[] = Array.from({ length: limits.telemetryPointsMax + 10 }, (_, n) =>
        reading({ community: home, ts: t0 + n, seq: n, value: n }),
      )
      for (let n = 0; n < all.length; n += 5_000) await series.write(all.slice(n, n + 5_000))
      const points = await series.range({ ...at(home), ...whole, limit: 1e9 })
      expect(points).toHaveLength(limits.telemetryPointsMax)
      expect(points.at(-1)?.value).toBe(limits.telemetryPointsMax - 1)
    })
  })
}
