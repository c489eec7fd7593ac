import { randomBytes } from 'node:crypto'
import { mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { loadShippedRules } from '../../../config/rules.ts'
import { openDatabase } from '../../../gateway/db/open.ts'
import { migrate } from '../../../gateway/db/migrations.ts'
import type { LogRecord } from '../../../gateway/model/record.ts'
import { createPipeline, type Pipeline } from '../../../gateway/pipeline/client.ts'
import { ThreadLink } from '../../../gateway/pipeline/thread-link.ts'
import { startInfluxd } from '../../support/influxd.ts'
import { needs } from '../../support/needs.ts'
import { silent, until } from '../broker/rig.ts'

const reading = (seq: number, values: object = { n: seq }): LogRecord => ({
  kind: 'publish',
  receivedAt: Date.now(),
  topic: 'linli/v1/home/a/telemetry',
  client: 'home.a',
  retain: false,
  payload: Buffer.from(JSON.stringify({ ts: Date.now(), seq, values })),
})
const stored = async (pipeline: Pipeline): Promise<number> => {
  const query = { community: 'home', device: 'a', reading: 'n', from: 0, to: 2 ** 45 }
  return (await pipeline.telemetry(query)).items.length
}

describe('the pipeline from the main thread', () => {
  const folders: string[] = []
  const pipelines: Pipeline[] = []
  const links: ThreadLink[] = []
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'linli-client-'))
    folders.push(made)
    return made
  }
  const open = (options: Partial<Parameters<typeof createPipeline>[0]> = {}): Pipeline => {
    const pipeline = createPipeline({
      file: join(folder(), 'gateway.db'),
      rules: loadShippedRules(),
      clock: Date.now,
      logger: silent,
      openThread: (settings, events) => {
        const link = new ThreadLink(settings, events)
        links.push(link)
        return link
      },
      ...options,
    })
    pipelines.push(pipeline)
    return pipeline
  }
  afterEach(async () => {
    for (const pipeline of pipelines.splice(0)) await pipeline.close()
    for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
    links.length = 0
  })

  it('shares commits: thousands of records need a handful of them', async () => {
    const pipeline = open()
    await pipeline.start()
    const before = (await pipeline.stats()).log.newestId
    await Promise.all(Array.from({ length: 5_000 }, (_, seq) => pipeline.record(reading(seq))))
    expect(await stored(pipeline)).toBe(5_000)
    expect((await pipeline.stats()).log.newestId - before).toBeLessThan(20)
  })

  // A dead writer must neither acknowledge nor stay dead.
  it('fails what was under way when the thread dies, and starts it anew', async () => {
    const pipeline = open()
    await pipeline.start()
    await pipeline.record(reading(1))
    const outcomes = Array.from({ length: 1_000 }, (_, seq) =>
      pipeline.record(reading(seq + 2)).then(
        () => 'stored',
        () => 'refused',
      ),
    )
    await links[0]?.terminate()
    const refused = (await Promise.all(outcomes)).filter((outcome) => outcome === 'refused')
    expect(refused.length).toBeGreaterThan(0)
    await until('the thread is back', async () => (await stored(pipeline).catch(() => 0)) > 0)
    await pipeline.record(reading(5_000))
    expect(await stored(pipeline)).toBeGreaterThanOrEqual(1_000 - refused.length + 2)
    expect((await pipeline.stats()).dropped['pipeline.restarts']).toBe(1)
  })

  it('refuses records beyond the bytes that may wait, and counts them', async () => {
    const pipeline = open({ waitingBytesMax: 100_000 })
    await pipeline.start()
    const text = 'x'.repeat(1_000)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 500 }, (_, seq) => pipeline.record(reading(seq, { n: seq, text }))),
    )
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected').length
    expect(refused).toBeGreaterThan(300)
    expect(pipeline.refused).toBe(refused)
    expect(await stored(pipeline)).toBe(500 - refused)
  })

  it('says since when it was down, and that to the engines as well', async () => {
    const file = join(folder(), 'gateway.db')
    const first = open({ file })
    expect((await first.start()).downSince).toBe(null)
    await first.record(reading(1))
    await pipelines.pop()?.close()
    const second = open({ file })
    const { downSince } = await second.start()
    expect(Math.abs((downSince ?? 0) - Date.now())).toBeLessThan(20_000)
  })

  it('rejects a roster change that is out of step, alone', async () => {
    const pipeline = open()
    await pipeline.start()
    const change = { base: 9, version: 10 }
    const [good, bad] = await Promise.allSettled([
      pipeline.record(reading(1)),
      pipeline.recordRoster(change),
    ])
    expect(good?.status).toBe('fulfilled')
    expect(bad).toMatchObject({ reason: { code: 'gateway.roster-version' } })
  })

  it('names a damaged database instead of writing on', async () => {
    const file = join(folder(), 'gateway.db')
    const db = openDatabase(file)
    db.exec('CREATE TABLE t (x)')
    for (let i = 0; i < 200; i++)
      db.prepare('INSERT INTO t VALUES (?)').run(randomBytes(2_000).toString('hex'))
    db.close()
    const handle = openSync(file, 'r+')
    for (let page = 2; page < 100; page += 3)
      writeSync(handle, randomBytes(4_096), 0, 4_096, page * 4_096)
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'database.damaged' }))
    writeFileSync(file, 'this is no database, and it is long enough to be read as one '.repeat(100))
    await expect(open({ file }).start()).rejects.toMatchObject({ code: 'database.damaged' })
  })

  it('applies each migration once, and a new one on top', () => {
    const db = openDatabase(join(folder(), 'x.db'))
    const steps = ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']
    migrate(db, [{ part: 'p', steps: steps.slice(0, 1) }])
    migrate(db, [{ part: 'p', steps }])
    migrate(db, [{ part: 'p', steps }])
    expect(db.prepare('SELECT version FROM migrations').pluck().get()).toBe(2)
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    db.close()
  })
})

describe.runIf(needs('influxd'))('a copy in InfluxDB', () => {
  it('follows the log by itself, and says so', async () => {
    const influxd = await startInfluxd()
    const folder = mkdtempSync(join(tmpdir(), 'linli-influx-'))
    const pipeline = createPipeline({
      file: join(folder, 'gateway.db'),
      rules: loadShippedRules(),
      clock: Date.now,
      logger: silent,
      influx: { url: influxd.url },
    })
    await pipeline.start()
    await Promise.all(Array.from({ length: 300 }, (_, seq) => pipeline.record(reading(seq))))
    await until('it has caught up', async () => (await pipeline.stats()).series.lagRecords === 0)
    const { series } = await pipeline.stats()
    expect(series).toEqual({ kind: 'influx', lagRecords: 0, lastError: null })
    await pipeline.close()
    await influxd.close()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)
})
