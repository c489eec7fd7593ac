import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { device, rosterOf } from '../broker/rig.ts'
import { Bench, startAt } from './bench.ts'

// One transaction from the message to the ticket's outbox row: half of it on disk would be a lie.
describe('a batch', () => {
  let bench: Bench
  beforeEach(() => {
    bench = new Bench()
  })
  afterEach(() => bench.close())

  it('stores readings, state, anomaly and outbox rows together', async () => {
    const result = bench.run([bench.reading({ temperature: 20 }), bench.reading({ alarm: true })])
    expect(result.counts).toMatchObject({ readingsIn: 2, readingsStored: 2 })
    expect(result.effects).toHaveLength(1)
    expect(await bench.values('a', 'temperature')).toEqual([20])
    expect(bench.outboxKinds()).toEqual(['anomaly smoke.alarm:a', 'event anomaly.raised'])
    bench.reopen()
    expect(bench.engine.heard).toBe(2)
    expect(bench.runner.processor.roster.book.version).toBe(1)
  })

  it('remembers a camera by what it covered, since its frames are no records', () => {
    const fact = {
      kind: 'coverage',
      community: 'home',
      device: 'cam-1',
      from: startAt,
      to: startAt + 60_000,
    }
    const payload = Buffer.from(JSON.stringify({ ...fact, receivedAt: startAt }))
    const record = {
      kind: 'fact',
      receivedAt: startAt,
      topic: '',
      client: 'gateway',
      retain: false,
      payload,
    } as const
    const seen = [{ community: 'home', device: 'cam-1', client: 'gateway' }]
    expect(bench.run([record]).firstSeen).toEqual(seen)
    expect(bench.run([record]).firstSeen).toEqual([])
  })

  it('check 24: a poison record is set aside after three tries, and the queue moves on', async () => {
    bench.breakOn.value = 'poison'
    bench.breakOn.times = 1_000
    const before = bench.engine.heard
    bench.run([
      bench.reading({ n: 1 }),
      bench.reading({ n: 'poison' }),
      bench.reading({ n: 2 }),
      bench.reading({ alarm: true }),
    ])
    // One try with the others, three alone.
    expect(bench.breakOn.times).toBe(1_000 - 4)
    expect(await bench.values('a', 'n')).toEqual([1, 2])
    expect(bench.engine.heard - before).toBe(3)
    expect(bench.outboxKinds()).toEqual(['anomaly smoke.alarm:a', 'event anomaly.raised'])
    const { byCode, recent } = bench.runner.processor.quarantine.summary(10)
    expect(byCode['record.poisoned']).toBe(1)
    expect(recent[0]).toMatchObject({ code: 'record.poisoned', client: 'home.a' })
    expect(bench.runner.poisoned).toBe(1)
    bench.run([bench.reading({ n: 3 })])
    expect(await bench.values('a', 'n')).toEqual([1, 2, 3])
  })

  it('check 24: a fault that passes costs nothing: the record is judged once', async () => {
    bench.breakOn.value = 'flaky'
    bench.breakOn.times = 2
    bench.run([bench.reading({ n: 'flaky' }), bench.reading({ n: 'well' })])
    expect(await bench.values('a', 'n')).toEqual(['flaky', 'well'])
    expect(bench.engine.heard).toBe(2)
    expect(bench.runner.poisoned).toBe(0)
  })

  it('refuses the batch when the disk refuses: nothing of it is stored, nothing half judged', async () => {
    bench.run([bench.reading({ n: 1 })])
    bench.db.pragma('query_only = ON')
    expect(() => bench.run([bench.reading({ n: 2 })])).toThrow(
      expect.objectContaining({ code: 'disk.full' }),
    )
    bench.db.pragma('query_only = OFF')
    expect(bench.engine.heard).toBe(1)
    expect(await bench.values('a', 'n')).toEqual([1])
    bench.run([bench.reading({ n: 2 })])
    expect(bench.engine.heard).toBe(2)
  })

  it('check 23: the same reading twice is stored once; the same event takes effect once', async () => {
    const same = bench.reading({ n: 1 })
    const event = bench.record(
      'publish',
      'a/event',
      JSON.stringify({ id: 'e1', ts: startAt, type: 'door.opened' }),
    )
    const first = bench.run([same, event])
    const again = bench.run([same, event, event])
    expect(await bench.values('a', 'n')).toEqual([1])
    expect(again.counts).toMatchObject({ readingsStored: 0, readingsDuplicate: 1 })
    expect(first.deviceEvents).toHaveLength(1)
    expect(again.deviceEvents).toEqual([])
    expect(bench.runner.processor.seen.duplicates).toBe(2)
  })

  it('stores what a pending device says, without judging it', async () => {
    bench.run([
      bench.record('roster', '', JSON.stringify(rosterOf([device('a', 'pending')], [], 2))),
    ])
    const result = bench.run([bench.reading({ alarm: true }), bench.reading({ n: 1 }, 'unknown')])
    expect(result.effects).toEqual([])
    expect(await bench.values('a', 'alarm')).toEqual([true])
    expect(await bench.values('unknown', 'n')).toEqual([1])
    expect(result.events).toMatchObject([{ type: 'device.seen', device: 'unknown' }])
    expect(result.firstSeen.map((seen) => seen.device)).toEqual(['a', 'unknown'])
    // Once, not with every reading.
    expect(bench.run([bench.reading({ n: 2 }, 'unknown')]).events).toEqual([])
  })

  it('writes no tick that nobody waits for', () => {
    const { newestId } = bench.runner.log
    bench.run([bench.record('tick', '', '')])
    expect(bench.runner.log.newestId).toBe(newestId)
    bench.engine.due = startAt - 1
    bench.run([bench.record('tick', '', '')])
    expect(bench.runner.log.newestId).toBe(newestId + 1)
  })

  it('tells of a roster change that does not follow, and changes nothing', () => {
    const change = { base: 7, version: 8, devices: { upsert: [device('c')], remove: [] } }
    const result = bench.run([
      bench.reading({ n: 1 }),
      bench.record('roster', '', JSON.stringify(change)),
    ])
    expect(result.outOfStep).toEqual([1])
    expect(bench.runner.processor.roster.book.version).toBe(1)
    bench.run([bench.record('roster', '', JSON.stringify({ ...change, base: 1, version: 2 }))])
    bench.reopen()
    expect(bench.runner.processor.roster.book.device('home', 'c')).toMatchObject({ id: 'c' })
  })

  it('keeps last values, last sign of life and the connection over a restart', () => {
    bench.run([
      bench.record('publish', 'a/status', 'online', true),
      bench.reading({ n: 1, mode: 'auto' }),
    ])
    bench.runner.inTransaction(() => bench.runner.processor.devices.flush(bench.now, true))
    bench.reopen()
    expect(bench.runner.processor.devices.states('home')).toMatchObject([
      {
        id: 'a',
        online: true,
        lastSeenAt: startAt,
        lastValues: { n: { value: 1 }, mode: { value: 'auto' } },
      },
    ])
    bench.run([
      bench.record(
        'fact',
        '',
        JSON.stringify({ kind: 'start', downSince: 1, receivedAt: startAt }),
      ),
    ])
    // Who is still connected after a restart of ours is not known until they say so.
    expect(bench.runner.processor.devices.states('home')[0]?.online).toBe(null)
    expect(bench.runner.processor.retained.all()).toMatchObject([
      { topic: 'linli/v1/home/a/status' },
    ])
  })
})

describe('the durable log', () => {
  it('goes by age, but not before the slowest reader has had it, unless there are too many bytes', () => {
    const bench = new Bench({ bytesMax: 60_000, ageMaxMs: 1_000 })
    const { log } = bench.runner
    const sweep = (cursor: number | null): boolean =>
      bench.runner.inTransaction(() => log.sweep(bench.now, cursor))
    for (let i = 0; i < 10; i++) bench.run([bench.reading({ n: i })])
    bench.now += 5_000
    sweep(3)
    expect(log.read(0, 2 ** 30)[0]?.id).toBe(4)
    for (let i = 0; i < 40; i++)
      bench.run([bench.reading({ note: 'x'.repeat(1_000), pad: 'y'.repeat(1_000) })])
    sweep(3)
    expect(log.bytes).toBeLessThanOrEqual(60_000)
    expect(log.unreadDropped).toBeGreaterThan(0)
    bench.now += 5_000
    sweep(null)
    // The last one stays: it says when the gateway was last alive.
    expect(log.newestAt()).not.toBe(null)
    bench.close()
  })
})
