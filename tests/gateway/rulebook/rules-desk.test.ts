import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { RuleBook } from '../../../config/rule-book.ts'
import { createRulesReader } from '../../../config/rules-reader.ts'
import { rulesVersion, shippedRulesPath } from '../../../config/rules.ts'
import { openDatabase } from '../../../gateway/db/open.ts'
import { encodeRecords } from '../../../gateway/ingest/batch-codec.ts'
import { createOutboxStore } from '../../../gateway/outbox/outbox-store.ts'
import { BatchRunner } from '../../../gateway/pipeline/batch-runner.ts'
import { composeEngines, migrateGateway } from '../../../gateway/pipeline/compose.ts'
import { refuseObsolete } from '../../../gateway/pipeline/refuse-obsolete.ts'
import { checkRules } from '../../../gateway/pipeline/rules-check.ts'
import { RulesTable } from '../../../gateway/pipeline/rules-table.ts'
import { rulesAtStart } from '../../../gateway/rulebook/rules-at-start.ts'
import {
  createRulesDesk,
  type RulesDeps,
  type RulesDesk,
} from '../../../gateway/rulebook/rules-desk.ts'
import { createSqliteSeries } from '../../../gateway/telemetry/sqlite-series.ts'
import { silent } from '../broker/rig.ts'

const shipped = readFileSync(shippedRulesPath(), 'utf8')
const quieter = shipped.replace(
  'above: { raise: 70, clear: 65 }',
  'above: { raise: 66, clear: 64 }',
)
const calmer = shipped.replace('above: { raise: 70, clear: 65 }', 'above: { raise: 80, clear: 75 }')
const broken = shipped.replace(
  'above: { raise: 70, clear: 65 }',
  'above: { raise: loud, clear: 65 }',
)
const brokenLine = shipped.slice(0, shipped.indexOf('above: { raise: 70')).split('\n').length

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A box that is started again and again: real file, real database, the pipeline without its thread. */
function createBox() {
  const home = mkdtempSync(join(tmpdir(), 'linli-rules-'))
  const file = join(home, 'rules.yaml')
  const database = join(home, 'gateway.db')
  let stop = (): void => undefined
  closers.push(() => {
    stop()
    rmSync(home, { recursive: true })
  })
  return {
    file,
    database,
    stop: () => stop(),
    writes: (text: string) => writeFileSync(file, text),
    async starts(configured: string | null = file): Promise<RulesDesk> {
      stop()
      const { rules, origin } = rulesAtStart(configured, database)
      const db = openDatabase(database)
      stop = () => void db.close()
      const { pipeline, stored } = pipelineOn(db, rules)
      const desk = createRulesDesk({ pipeline, configured: origin, logger: silent })
      await desk.start(stored)
      return desk
    },
  }
}

/** As thread.ts does it. */
function pipelineOn(db: ReturnType<typeof openDatabase>, configured: RuleBook) {
  migrateGateway(db)
  const read = createRulesReader(configured)
  const table = new RulesTable(db)
  refuseObsolete(table, read, silent)
  const stored = table.stored()
  const runner = new BatchRunner({
    db,
    parts: {
      engines: composeEngines(configured, read),
      series: createSqliteSeries(db, { rawKeepMs: 2 ** 40 }),
      outbox: createOutboxStore(db),
    },
    log: { bytesMax: 2 ** 30, ageMaxMs: 2 ** 40 },
    clock: Date.now,
    logger: silent,
  })
  const pipeline: RulesDeps['pipeline'] = {
    checkRules: async (text) => checkRules(text, read),
    async recordRules({ text, source, by }) {
      const payload = Buffer.from(text)
      const of = { kind: 'rules', topic: source, client: by, retain: false, payload } as const
      runner.run(encodeRecords([{ ...of, receivedAt: Date.now() }]))
      const active = table.active()
      if (active === null) throw new Error('nothing is in force')
      return active
    },
  }
  return { pipeline, stored }
}

const brief = async (desk: RulesDesk) => {
  const { version, source, by } = await desk.current()
  return [version, source, by]
}
const named = (desk: RulesDesk): string[] =>
  desk.problems().map(({ code, detail }) => `${code} ${detail}`)

describe('which rules are in force', { timeout: 30_000 }, () => {
  test('a file that was saved holds at once; a broken one changes nothing, is named by its line, and not any more once mended', async () => {
    const box = createBox()
    box.writes(shipped)
    const desk = await box.starts()
    expect(await brief(desk)).toEqual([rulesVersion(shipped), 'file', 'gateway'])
    box.writes(quieter)
    await desk.follow()
    expect(await brief(desk)).toEqual([rulesVersion(quieter), 'file', 'gateway'])
    box.writes(broken)
    await desk.follow()
    expect(await brief(desk)).toEqual([rulesVersion(quieter), 'file', 'gateway'])
    expect(named(desk)).toEqual([
      expect.stringMatching(new RegExp(`^rules.invalid ${box.file}: ${brokenLine}: .*loud`)),
    ])
    expect((await desk.current()).lines).toMatchObject([{ line: brokenLine }])
    rmSync(box.file)
    await desk.follow()
    expect(named(desk)).toEqual([expect.stringMatching(/^rules.invalid .*ENOENT/)])
    box.writes(calmer)
    await desk.follow()
    expect([named(desk), await brief(desk)]).toEqual([
      [],
      [rulesVersion(calmer), 'file', 'gateway'],
    ])
  })

  // A power cut with a slip in the file must not leave a box that does not watch.
  test('the last good ones hold over a restart with a broken file, and are there without a file', async () => {
    const box = createBox()
    box.writes(quieter)
    await box.starts()
    box.writes(broken)
    for (let restart = 0; restart < 2; restart++) {
      const desk = await box.starts()
      expect(await brief(desk)).toEqual([rulesVersion(quieter), 'file', 'gateway'])
      expect(named(desk)).toHaveLength(1)
    }
    rmSync(box.file)
    expect(await brief(await box.starts())).toEqual([rulesVersion(quieter), 'file', 'gateway'])
    box.writes(calmer)
    expect(await brief(await box.starts())).toEqual([rulesVersion(calmer), 'file', 'gateway'])
  })

  test('a box that never had good ones does not start, and says the line', () => {
    const box = createBox()
    box.writes(broken)
    expect(() => rulesAtStart(box.file, box.database)).toThrow(`${box.file}:${brokenLine}: `)
    writeFileSync(box.file, Buffer.alloc(2 * 1024 * 1024, '#'))
    expect(() => rulesAtStart(box.file, box.database)).toThrow(/2097152 bytes, at most/)
  })

  test('what a person sets outlives restarts and an update; an edit of the file comes after it, and so does the way back', async () => {
    const box = createBox()
    box.writes(shipped)
    let desk = await box.starts()
    expect(await desk.set(quieter, '王芳')).toMatchObject({ source: 'set', by: '王芳', lines: [] })
    desk = await box.starts()
    expect(await brief(desk)).toEqual([rulesVersion(quieter), 'set', '王芳'])
    // The same text saved again is no edit.
    box.writes(shipped)
    await desk.follow()
    expect(await brief(desk)).toEqual([rulesVersion(quieter), 'set', '王芳'])
    box.writes(calmer)
    desk = await box.starts()
    expect(await brief(desk)).toEqual([rulesVersion(calmer), 'file', 'gateway'])
    await desk.set(quieter, '王芳')
    expect(await desk.reset('李明')).toMatchObject({
      version: rulesVersion(calmer),
      source: 'file',
      by: '李明',
    })
    // Without a file of the site: other shipped rules are an update, and do not undo what was set.
    desk = await box.starts(null)
    expect(await brief(desk)).toEqual([rulesVersion(shipped), 'shipped', 'gateway'])
    await desk.set(quieter, '王芳')
    expect(await brief(await box.starts(null))).toEqual([rulesVersion(quieter), 'set', '王芳'])
  })

  test('a wrong text is refused with its lines, and the way back to a broken file too', async () => {
    const box = createBox()
    box.writes(shipped)
    const desk = await box.starts()
    const bombs = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n`
    for (const [text, line] of [
      [broken, brokenLine],
      [': [', 1],
      [bombs, 1],
      [shipped.replace(/when: .*/, 'when: place.count(smoke >= 2'), null],
    ] as const) {
      const refusal = desk.set(text, 'wang')
      const lines = [{ line: line ?? expect.any(Number), text: expect.any(String) }]
      await expect(refusal).rejects.toMatchObject({ code: 'rules.invalid', extra: { lines } })
      expect(await desk.check(text)).toMatchObject({ valid: false, lines, rules: [] })
    }
    await desk.set(quieter, 'wang')
    box.writes(broken)
    await expect(desk.reset('wang')).rejects.toMatchObject({ code: 'rules.invalid' })
    expect(await brief(desk)).toEqual([rulesVersion(quieter), 'set', 'wang'])
    const { valid, rules } = await desk.check(calmer)
    expect(valid).toBe(true)
    expect(rules.find(({ id }) => id === 'noise')).toMatchObject({ anomaly: 'noise.high' })
  })

  // A later Linli may know a word no longer.
  test('stored rules that are no longer understood give way to the configured ones, and that is said', async () => {
    const box = createBox()
    box.writes(shipped)
    await (await box.starts()).set(quieter, 'wang')
    box.stop()
    const db = openDatabase(box.database)
    db.prepare("UPDATE rules SET text = ? WHERE source = 'set'").run(broken)
    db.close()
    // It is said until a person has decided.
    for (let restart = 0; restart < 2; restart++) {
      const desk = await box.starts()
      expect(await brief(desk)).toEqual([rulesVersion(shipped), 'file', 'gateway'])
      expect(named(desk)).toEqual([expect.stringMatching(/^rules.obsolete .*loud/)])
      if (restart === 1) await desk.reset('wang')
    }
    expect(named(await box.starts())).toEqual([])
  })

  test('the table of rules is bounded, and keeps the one that is gone back to', () => {
    const db = openDatabase(':memory:')
    closers.push(() => void db.close())
    migrateGateway(db)
    const table = new RulesTable(db)
    const put = (topic: string, receivedAt: number) =>
      table.put({
        kind: 'rules',
        topic,
        receivedAt,
        client: 'wang',
        retain: false,
        payload: Buffer.from(`# ${receivedAt}`),
      })
    put('file', 0)
    for (let at = 1; at <= 100; at++) put('set', at)
    const kept = db.prepare<[], number>('SELECT since FROM rules ORDER BY id').pluck().all()
    expect([kept.length, kept[0], kept[1]]).toEqual([33, 0, 69])
    expect(table.stored()).toMatchObject({ active: { since: 100 }, configured: { source: 'file' } })
  })
})
