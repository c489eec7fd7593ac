import { randomBytes } from 'node:crypto'
import pino from 'pino'
import type { Channel, Message, Outcome } from '../../../api/notify/channels/channel.ts'
import { NotifySender } from '../../../api/notify/sender.ts'
import { type Db, openDatabase } from '../../../api/db/open.ts'
import { createTransact, type Transact } from '../../../api/db/transact.ts'
import { defaultNotify } from '../../../api/notify/default-settings.ts'
import type { NotifyDeps, NotifyRequest } from '../../../api/notify/notify.ts'
import { createWallClock } from '../../../api/notify/wall-clock.ts'
import type { NotifySettings } from '../../../config/notify-schema.ts'

/** 2026-11-20 12:00 in Shanghai. */
export const noon = Date.UTC(2026, 10, 20, 4)

export interface Bench {
  readonly db: Db
  readonly transact: Transact
  readonly deps: NotifyDeps
  readonly time: { now: number }
  user(name: string, more?: { areas?: string[]; unit?: string; role?: string }): Promise<string>
  rows(incident?: string): Promise<readonly Row[]>
  close(): Promise<void>
}
type Row = Awaited<ReturnType<typeof allRows>>[number]

const allRows = (db: Db) => db.selectFrom('notifications').selectAll().orderBy('seq').execute()

/** The real store, in memory, with a clock that stands still. */
export async function startBench(settings: Partial<NotifySettings> = {}): Promise<Bench> {
  const db = await openDatabase(':memory:')
  const time = { now: noon }
  return {
    db,
    transact: createTransact(db, () => undefined),
    deps: {
      clock: () => time.now,
      random: randomBytes,
      settings: { ...defaultNotify, ...settings },
      wall: createWallClock('Asia/Shanghai'),
      depth: () => 0,
    },
    time,
    async user(name, { areas = ['demo'], unit, role = 'staff' } = {}) {
      const id = `usr_${name}`
      await db
        .insertInto('users')
        .values({
          id,
          username: name,
          name,
          role,
          areas: JSON.stringify(areas),
          unit: unit ?? null,
          password_hash: '',
          must_change_password: 0,
          disabled: 0,
          created_at: 0,
          updated_at: 0,
        })
        .execute()
      return id
    },
    rows: async (incident) =>
      (await allRows(db)).filter((row) => incident === undefined || row.incident === incident),
    close: () => db.destroy(),
  }
}

export const alarm = (more: Partial<NotifyRequest> = {}): NotifyRequest => ({
  incident: 'tkt_1',
  step: 'opened',
  community: 'demo',
  severity: 'critical',
  kind: 'alarm',
  to: [],
  text: {
    title: { zh: '厨房烟感报警', en: 'Smoke in the kitchen' },
    body: { zh: '3 栋 201', en: 'Building 3, 201' },
  },
  link: '/tickets/tkt_1',
  ...more,
})

/** A channel that writes down what it was given, and answers as it is told to. */
export interface Recorder extends Channel {
  readonly got: { at: number; message: Message }[]
  answer: (message: Message) => Outcome
}

export function recorder(time: { now: number }, limits: Channel['limits'] = []): Recorder {
  const self: Recorder = {
    limits,
    got: [],
    answer: () => ({ kind: 'sent', detail: 'ok' }),
    async send(message) {
      const outcome = self.answer(message)
      if (outcome.kind === 'sent' || outcome.kind === 'delivered')
        self.got.push({ at: time.now, message })
      return outcome
    },
    close: async () => undefined,
  }
  return self
}

export function senderOn(bench: Bench, channels: Record<string, Channel>): NotifySender {
  const { clock, random, settings, wall } = bench.deps
  return new NotifySender({
    db: bench.db,
    transact: bench.transact,
    clock,
    random,
    settings,
    wall,
    chance: () => 0.5,
    logger: pino({ level: 'silent' }),
    channels: new Map(Object.entries(channels)),
    follow: async () => false,
  })
}

export async function prefer(
  bench: Bench,
  user: string,
  channels: Record<string, string>,
  more: { quiet?: object; minor_digest?: string; language?: string } = {},
): Promise<void> {
  await bench.db
    .insertInto('notify_preferences')
    .values({
      user_id: user,
      language: more.language ?? 'zh',
      phone: '13800001111',
      email: 'wang@example.org',
      channels: JSON.stringify(channels),
      quiet: more.quiet === undefined ? null : JSON.stringify(more.quiet),
      minor_digest: more.minor_digest ?? null,
      updated_at: 0,
    })
    .execute()
}
