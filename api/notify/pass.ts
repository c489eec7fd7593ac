import type { NotifySettings } from '../../config/notify-schema.ts'
import type { Language, QuietHours } from '../../contracts/notify.ts'
import { screenChannel } from '../../contracts/notify.ts'
import { sql } from 'kysely'
import { fromJson } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { emit } from '../events/emit.ts'
import type { Random } from '../random.ts'
import { createBudget, spentOf } from './budget.ts'
import { type Gathered, chunkOf, gather } from './gather.ts'
import { type Due, type Person, type Verdict, judge } from './judge.ts'
import { type NotificationRow, digestOf } from './message-of.ts'
import type { WallClock } from './wall-clock.ts'

export interface PassDeps {
  readonly settings: NotifySettings
  readonly wall: WallClock
  readonly random: Random
}

export interface Passed {
  readonly judged: number
  /** Channels that have something to send now. */
  readonly ready: ReadonlySet<string>
}

export const passMax = 1_000
const columns = [
  'seq',
  'id',
  'kind',
  'severity',
  'person',
  'channel',
  'reason',
  'due_at',
  'expires_at',
  'sent_at',
  'repeats',
  'acknowledged_by',
  'answers',
] as const
type Row = Due & { readonly answers: string | null }

/** Looks at the messages whose time has come, oldest first, and lets through what may go. */
export async function pass(
  trx: Trx,
  deps: PassDeps,
  now: number,
  shut: ReadonlySet<string>,
): Promise<Passed> {
  const rows = await dueRows(trx, now, shut)
  if (rows.length === 0) return { judged: 0, ready: new Set() }
  const context = {
    now,
    wall: deps.wall,
    settings: deps.settings,
    budget: createBudget(await spentOf(trx, now), deps.settings.perPerson, now),
    person: await personsOf(trx, rows, deps.settings),
    alarmed: await alarmedOf(trx, rows),
    open: await openDigests(trx, rows),
  }
  const verdicts = rows
    // Who gets a place first; what goes out then goes in the order of the queue.
    .toSorted((a, b) => rank(a) - rank(b) || a.seq - b.seq)
    .map((due) => ({ due, verdict: judge(due, context) }))
  await apply(trx, deps, verdicts, now)
  const sent = verdicts.filter(({ verdict }) => verdict.do === 'send')
  const ready = new Set(sent.map(({ due }) => due.channel))
  ready.delete(screenChannel)
  return { judged: rows.length, ready }
}

const rank = ({ kind, severity }: Due): number =>
  kind === 'digest' ? 0 : severity === 'critical' ? 1 : 2

async function dueRows(trx: Trx, now: number, shut: ReadonlySet<string>): Promise<Row[]> {
  let query = trx
    .selectFrom('notifications')
    .select([...columns])
    .where('next_at', '<=', now)
  if (shut.size > 0) query = query.where('channel', 'not in', [...shut])
  // Not in the order of the table: it holds a month, and few of it are due.
  return query.orderBy(sql`seq + 0`).limit(passMax).execute()
}

async function personsOf(
  trx: Trx,
  rows: readonly Row[],
  settings: NotifySettings,
): Promise<(person: string) => Person> {
  const otherwise: Person = { quiet: settings.quietHours, minorDigest: settings.minorDigest }
  const users = [...new Set(rows.map(({ person }) => person))]
    .filter((person) => person.startsWith('user:'))
    .map((person) => person.slice('user:'.length))
  if (users.length === 0) return () => otherwise
  const found = await trx
    .selectFrom('notify_preferences')
    .select(['user_id', 'quiet', 'minor_digest'])
    .where('user_id', 'in', users)
    .execute()
  const wishes = new Map(
    found.map(({ user_id, quiet, minor_digest }): [string, Person] => [
      `user:${user_id}`,
      {
        quiet: quiet === null ? settings.quietHours : (fromJson(quiet) as QuietHours),
        minorDigest: (minor_digest ?? settings.minorDigest) as Person['minorDigest'],
      },
    ]),
  )
  return (person) => wishes.get(person) ?? otherwise
}

/** Of reliefs: whether the alarm that they answer has arrived. */
async function alarmedOf(trx: Trx, rows: readonly Row[]): Promise<(id: string) => boolean | null> {
  const answers = new Map(
    rows.flatMap(({ id, answers }) => (answers === null ? [] : [[id, answers] as const])),
  )
  if (answers.size === 0) return () => false
  const alarms = await trx
    .selectFrom('notifications')
    .select(['id', 'state', 'sent_at'])
    .where('id', 'in', [...answers.values()])
    .execute()
  const arrived = new Map(
    alarms.map(({ id, state, sent_at }) => [
      id,
      sent_at !== null || (['queued', 'ready', 'digested'].includes(state) ? null : false),
    ]),
  )
  return (id) =>
    arrived.get(answers.get(id) ?? '') ?? (arrived.has(answers.get(id) ?? '') ? null : false)
}

/** Of digests that went out: which still have a critical line that nobody answered. */
async function openDigests(trx: Trx, rows: readonly Row[]): Promise<(id: string) => boolean> {
  const sent = rows.filter(({ kind, sent_at }) => kind === 'digest' && sent_at !== null)
  if (sent.length === 0) return () => false
  const open = await trx
    .selectFrom('notifications')
    .select('digest')
    .distinct()
    .where(
      'digest',
      'in',
      sent.map(({ id }) => id),
    )
    .where('severity', '=', 'critical')
    .where('kind', 'in', ['alarm', 'reminder'])
    .where('acknowledged_by', 'is', null)
    .where('state', '=', 'digested')
    .where('reason', '!=', 'resolved')
    .execute()
  const ids = new Set(open.map(({ digest }) => digest))
  return (id) => ids.has(id)
}

interface Judged {
  readonly due: Row
  readonly verdict: Verdict
}

async function apply(trx: Trx, deps: PassDeps, all: readonly Judged[], now: number): Promise<void> {
  const changes = new Map<string, { set: Partial<NotificationRow>; ids: string[] }>()
  const change = (id: string, set: Partial<NotificationRow>): void => {
    const key = JSON.stringify(set)
    const list = changes.get(key)
    if (list === undefined) changes.set(key, { set, ids: [id] })
    else list.ids.push(id)
  }
  const lines: Gathered[] = []
  const shown: string[] = []
  for (const { due, verdict } of all) {
    switch (verdict.do) {
      case 'send':
        if (due.channel === screenChannel) shown.push(due.id)
        else change(due.id, { state: 'ready', released_at: now, next_at: null })
        break
      case 'wait':
        change(due.id, {
          next_at: verdict.until,
          ...(verdict.due === undefined ? {} : { due_at: verdict.due }),
        })
        break
      case 'gather':
        lines.push({ due, until: verdict.until, state: verdict.state, reason: verdict.reason })
        break
      case 'drop':
        change(due.id, { state: verdict.state, reason: verdict.reason, next_at: null })
        break
      case 'rest':
        change(due.id, { next_at: null })
        break
    }
  }
  for (const { set, ids } of changes.values()) {
    for (let from = 0; from < ids.length; from += chunkOf) {
      const some = ids.slice(from, from + chunkOf)
      await trx.updateTable('notifications').set(set).where('id', 'in', some).execute()
    }
  }
  await gather(trx, deps.random, lines, now)
  for (const id of shown) await show(trx, id, now)
}

/** The screen is ours: showing is an event on the stream of that person, and the inbox keeps it. */
async function show(trx: Trx, id: string, now: number): Promise<void> {
  const row = await trx
    .selectFrom('notifications')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const text =
    row.kind === 'digest'
      ? await digestOf(trx, id, row.language as Language, row.sent_at !== null)
      : null
  await trx
    .updateTable('notifications')
    .set({
      state: 'sent',
      sent_at: row.sent_at ?? now,
      released_at: now,
      next_at: null,
      // A digest is put into words once; the inbox shows these.
      ...(text === null
        ? {}
        : {
            text: JSON.stringify({
              title: { zh: text.title, en: text.title },
              body: { zh: text.body, en: text.body },
            }),
          }),
    })
    .where('id', '=', id)
    .execute()
  if (row.kind === 'digest') {
    await trx
      .updateTable('notifications')
      .set({ sent_at: now })
      .where('digest', '=', id)
      .where('sent_at', 'is', null)
      .where('state', '=', 'digested')
      .execute()
  }
  await emit(trx, {
    name: 'notice',
    ts: now,
    community: row.community,
    unit: null,
    data: {
      id,
      user: row.person.slice('user:'.length),
      incident: row.incident,
      severity: row.severity,
      kind: row.kind,
    },
  })
}
