import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createReadiness } from '../../../api/broadcast/readiness.ts'
import { createBroadcastRetention } from '../../../api/broadcast/retention.ts'
import { type Db, openDatabase } from '../../../api/db/open.ts'
import { createTransact } from '../../../api/db/transact.ts'
import { createSounds } from '../../../api/sounds/sounds.ts'
import { broadcastTemplates } from '../../../config/broadcast-templates.ts'
import { Broadcast, type BroadcastSettings } from '../../../config/broadcast-schema.ts'
import { dayMs } from '../../../contracts/clock.ts'
import { CodedError } from '../../../contracts/errors.ts'
import { noon } from '../support/api.ts'

const settings = Value.Default(Broadcast, {}) as BroadcastSettings
const logger = pino({ level: 'silent' })
let dir: string
let db: Db
let now: number
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'linli-keep-'))
  db = await openDatabase(':memory:')
  now = noon
})
afterEach(async () => {
  await db.destroy()
  rmSync(dir, { recursive: true, force: true })
})
const clock = (): number => now

async function announced(id: string, more: object): Promise<void> {
  await db
    .insertInto('broadcasts')
    .values({
      id,
      community: 'demo',
      body: '{"text":"x","template":null}',
      target: '{"areas":[],"devices":[]}',
      schedule: null,
      priority: 'notice',
      language: 'zh',
      times: 1,
      state: 'done',
      created_by: 'u',
      created_by_name: 'u',
      created_at: noon,
      next_at: null,
      cancelled_by: null,
      runs: 1,
      clip: null,
      ...more,
    })
    .execute()
  await db
    .insertInto('broadcast_receipts')
    .values({
      id: `${id}-r`,
      broadcast: id,
      run_at: noon,
      device: 's',
      device_name: 's',
      state: 'done',
      way: 'play',
      error: null,
      attempts: 1,
      next_at: null,
      expires_at: noon,
      updated_at: noon,
    })
    .execute()
}

async function clip(id: string): Promise<void> {
  const row = { community: 'demo', name: id, sound: id, duration_ms: 1, source_type: 'wav' }
  const by = { created_by: 'u', created_by_name: 'u', created_at: noon, used_at: noon }
  await db
    .insertInto('broadcast_clips')
    .values({ id, ...row, ...by })
    .execute()
}

it('what is over goes after its days and is counted; what is still to come stays with its clip', async () => {
  const sounds = createSounds({ db, clock }, { dir, searchPath: '/nowhere', settings })
  const transact = createTransact(db, () => undefined)
  const retention = createBroadcastRetention({ db, transact, clock, logger, sounds }, settings)
  await clip('clp_weekly')
  await clip('clp_idle')
  await announced('brc_old', {})
  await announced('brc_weekly', { state: 'scheduled', clip: 'clp_weekly', next_at: noon })
  expect(await retention.sweep()).toBe(0)
  expect(retention.removed).toMatchObject({ at: null, broadcasts: 0 })
  now += 181 * dayMs
  expect(await retention.sweep()).toBe(1)
  now += 220 * dayMs
  expect(await retention.sweep()).toBe(1)
  expect(retention.removed).toMatchObject({ at: now, broadcasts: 1, clips: 1 })
  const left = await db.selectFrom('broadcasts').select('id').execute()
  const clips = await db.selectFrom('broadcast_clips').select('id').execute()
  const receipts = await db.selectFrom('broadcast_receipts').select('id').execute()
  expect([left, clips, receipts]).toEqual([[{ id: 'brc_weekly' }], [{ id: 'clp_weekly' }], []])
})

it('templates are spoken before anybody needs them, and a mute program is told of in time', async () => {
  const spoken: string[] = []
  let broken: CodedError | null = null
  const sounds = {
    missing: async () => [],
    spoken: async (text: string) => {
      if (broken !== null) throw broken
      spoken.push(text)
      return { sha256: '', bytes: 0, durationMs: 0 }
    },
  }
  const readiness = createReadiness({ db, clock, logger, sounds })
  await readiness.prepare()
  expect([spoken, await readiness.problems()]).toEqual([[], []])
  const none = { household: null, interval_ms: null, camera: null, door: null, barrier: null }
  await db
    .insertInto('devices')
    .values({
      ...none,
      community: 'demo',
      id: 's',
      type: 'speaker',
      name: 's',
      place: null,
      state: 'approved',
      relay: null,
      via: null,
      origin: '{"capabilities":["speaker.play"]}',
      created_at: noon,
      updated_at: noon,
    })
    .execute()
  await readiness.prepare()
  expect(spoken).toEqual(broadcastTemplates.flatMap(({ text }) => [text.zh, text.en]))
  broken = new CodedError('speech.failed', 'no such voice')
  await readiness.prepare()
  now += 20_000
  expect(await readiness.problems()).toEqual(['speech.failed'])
  broken = null
  await readiness.prepare()
  now += 20_000
  expect(await readiness.problems()).toEqual([])
})
