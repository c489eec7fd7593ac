import { describe, expect, test } from 'vitest'
import type { CursorStore } from '../../../gateway/telemetry/feeder-cursor.ts'
import type { InfluxSeries } from '../../../gateway/telemetry/influx-series.ts'
import { startInfluxd, type TestInfluxd } from '../../support/influxd.ts'
import { needs } from '../../support/needs.ts'
import {
  closers,
  cursorStore,
  devices,
  feeder,
  GrowingLog,
  recordOf,
  someRecord,
  start,
  until,
} from './feeder-harness.ts'
import { reading } from './open-series.ts'

async function influxd(): Promise<TestInfluxd> {
  const server = await startInfluxd()
  closers.push(() => server.close())
  return server
}

/** Every reading of `records` records is there exactly once. */
async function expectAll(series: InfluxSeries, records: number): Promise<void> {
  const numbered: unknown[] = []
  let bare = 0
  for (const device of devices) {
    const query = { community: 'home', device, from: 0, to: 9e15 }
    for (const point of await series.range({ ...query, reading: 'temperature' }))
      numbered.push(point.value)
    bare += (await series.range({ ...query, reading: 'bare' })).length
  }
  expect(numbered.map(Number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: records * 10 }, (_, n) => n),
  )
  expect(bare).toBe(records * 2)
}

describe.runIf(needs('influxd'))('feeding InfluxDB from the durable log', () => {
  test('influxd killed in the middle of writes and away for a while: every reading exactly once', async () => {
    const server = await influxd()
    const log = new GrowingLog()
    const { feeder: made, series } = feeder(server.url, log, cursorStore())
    made.start()
    let n = 0
    const grow = async (records: number): Promise<void> => {
      for (const last = n + records; n < last; n += 1) {
        log.append(someRecord(n))
        if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    await grow(200)
    for (let outage = 0; outage < 3; outage += 1) {
      const growing = grow(300)
      await new Promise((resolve) => setTimeout(resolve, 7 + 13 * outage))
      await server.kill()
      await growing
      await until(async () => (await made.stats()).lastError !== null)
      const during = await made.stats()
      expect(during.lastError?.code).toBe('influx.unreachable')
      expect(during.lagRecords).toBeGreaterThan(0)
      await server.start()
    }
    await until(async () => (await made.stats()).lagRecords === 0)
    expect(await made.stats()).toMatchObject({ refused: 0, undecodable: 0, lastError: null })
    await expectAll(series, n)
  }, 90_000)

  test('a feeder that dies between writing and saving its cursor repeats the same points', async () => {
    const server = await influxd()
    const log = new GrowingLog()
    for (let n = 0; n < 60; n += 1) log.append(someRecord(n))
    const cursor = cursorStore()
    let lives = 3
    const dying: CursorStore = {
      load: () => cursor.load(),
      save: (at) => {
        if (at.id > 20 && (lives -= 1) >= 0) throw new Error('power is gone')
        return cursor.save(at)
      },
    }
    const first = feeder(server.url, log, dying)
    first.feeder.start()
    await until(async () => (await first.feeder.stats()).retries > 0)
    await first.feeder.close()
    const second = feeder(server.url, log, cursor)
    second.feeder.start()
    await until(async () => (await second.feeder.stats()).lagRecords === 0)
    await expectAll(second.series, 60)
  }, 60_000)

  test('a database that was dropped under way is made again', async () => {
    const server = await influxd()
    const log = new GrowingLog()
    const { feeder: made, series } = feeder(server.url, log, cursorStore())
    log.append(someRecord(0))
    made.start()
    await until(async () => (await made.stats()).lagRecords === 0)
    const dropped = await fetch(`${server.url}/query`, {
      method: 'POST',
      body: new URLSearchParams({ q: 'DROP DATABASE "linli"' }),
    })
    await dropped.text() // InfluxDB sends the header before it begins
    log.append(someRecord(1))
    await until(async () => (await made.stats()).cursorId === 2)
    const query = { community: 'home', device: 'b', reading: 'temperature', from: 0, to: 9e15 }
    expect(await series.range(query)).toHaveLength(10)
  }, 60_000)

  test('a point that InfluxDB can never take is counted and does not stop the others', async () => {
    const server = await influxd()
    const log = new GrowingLog()
    const { feeder: made, series } = feeder(server.url, log, cursorStore())
    const good = Array.from({ length: 40 }, (_, n) => reading({ ts: start + n, seq: n, value: n }))
    const bad = [
      reading({ ts: 99_999_999_999_999, seq: 1, value: 1 }), // beyond 64-bit nanoseconds
      reading({ name: 'x'.repeat(70_000), ts: start, seq: 1, value: 1 }), // longer than a key may be
    ]
    log.append(recordOf([...good.slice(0, 20), ...bad, ...good.slice(20)]))
    log.append({ ...recordOf([]), payload: Buffer.from('{not json') })
    made.start()
    await until(async () => (await made.stats()).lagRecords === 0)
    expect(await made.stats()).toMatchObject({ readings: 40, refused: 2, undecodable: 1 })
    const query = {
      community: 'home',
      device: 'meter-1',
      reading: 'temperature',
      from: 0,
      to: 9e15,
    }
    expect(await series.range(query)).toHaveLength(40)
  }, 60_000)
})
