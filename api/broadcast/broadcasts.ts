import type { Selectable } from 'kysely'
import { broadcastTemplates } from '../../config/broadcast-templates.ts'
import { CodedError } from '../../contracts/errors.ts'
import type {
  BroadcastCreate,
  BroadcastDetail,
  BroadcastItem,
  WeeklyTime,
} from '../../contracts/http/broadcast.ts'
import { newId } from '../../contracts/ids.ts'
import type { Language } from '../../contracts/notify.ts'
import type { Actor } from '../auth/principal.ts'
import { fromJson, fromJsonOrNull, toJsonOrNull } from '../db/json.ts'
import type { BroadcastsTable } from '../db/notify-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import type { WallClock } from '../notify/wall-clock.ts'
import type { Random } from '../random.ts'
import { findClip } from './clips.ts'
import { type LastRun, lastRuns, neverRun } from './last-runs.ts'
import { nextWeekly } from './schedule.ts'
import { chosen, speakersOf } from './speakers.ts'

export type BroadcastRow = Selectable<BroadcastsTable>

interface Body {
  readonly text: string
  readonly template: string | null
  /** The name that the clip had. */
  readonly clip?: string
}
interface Target {
  readonly areas: readonly string[]
  readonly devices: readonly string[]
}

/** Puts an announcement down; the announcer speaks it when its time comes. */
export async function createBroadcast(
  trx: Trx,
  deps: { readonly random: Random; readonly wall: WallClock },
  wanted: BroadcastCreate & { readonly community: string },
  actor: Actor,
  now: number,
): Promise<BroadcastRow> {
  checkTimes(wanted, now)
  const language: Language = wanted.language ?? 'zh'
  const { body, emergency } = await bodyOf(trx, wanted, language)
  const { areas = [], devices = [] } = wanted
  const speakers = chosen(await speakersOf(trx, wanted.community), areas, devices)
  if (speakers.length === 0)
    throw new CodedError('request.invalid', 'no approved loudspeaker (type speaker) stands there')
  const row: BroadcastRow = {
    id: newId('broadcast', now, deps.random),
    community: wanted.community,
    body: JSON.stringify(body),
    target: JSON.stringify({ areas, devices } satisfies Target),
    schedule: toJsonOrNull(wanted.weekly),
    priority: wanted.priority ?? (emergency ? 'emergency' : 'notice'),
    language,
    times: wanted.times ?? (emergency ? 3 : 1),
    state: 'scheduled',
    created_by: actor.id,
    created_by_name: actor.name,
    created_at: now,
    next_at:
      wanted.weekly === undefined ? (wanted.at ?? now) : nextWeekly(wanted.weekly, now, deps.wall),
    cancelled_by: null,
    runs: 0,
    clip: wanted.clip ?? null,
  }
  await trx.insertInto('broadcasts').values(row).execute()
  return row
}

function checkTimes({ at, weekly }: BroadcastCreate, now: number): void {
  if (at !== undefined && weekly !== undefined)
    throw new CodedError('request.invalid', 'at or weekly, not both')
  if (at !== undefined && at < now - 60_000)
    throw new CodedError('request.invalid', 'at lies in the past')
}

/** A template is for emergencies; where nothing else is said it comes as one. */
async function bodyOf(
  trx: Trx,
  wanted: BroadcastCreate & { readonly community: string },
  language: Language,
): Promise<{ readonly body: Body; readonly emergency: boolean }> {
  const { text, template: id, clip: clipId } = wanted
  if ([text, id, clipId].filter((given) => given !== undefined).length !== 1)
    throw new CodedError('request.invalid', 'text, template or clip, one of them')
  if (clipId !== undefined) {
    const clip = await findClip(trx, clipId)
    if (clip === null || clip.community !== wanted.community)
      throw new CodedError('request.invalid', `clip ${clipId}`)
    return { body: { text: '', template: null, clip: clip.name }, emergency: false }
  }
  if (text !== undefined) return { body: { text, template: null }, emergency: false }
  const template = broadcastTemplates.find((each) => each.id === id)
  if (template === undefined) throw new CodedError('request.invalid', `template ${id}`)
  return { body: { text: template.text[language], template: template.id }, emergency: true }
}

/** Nothing more is spoken; those that speak already are silenced by the announcer's `stop`. */
export async function cancelBroadcast(
  trx: Trx,
  row: BroadcastRow,
  by: string,
  now: number,
): Promise<void> {
  await trx
    .updateTable('broadcasts')
    .set({ state: 'cancelled', next_at: null, cancelled_by: by })
    .where('id', '=', row.id)
    .execute()
  await trx
    .updateTable('broadcast_receipts')
    .set({ state: 'cancelled', next_at: null, updated_at: now })
    .where('broadcast', '=', row.id)
    .where('state', '=', 'queued')
    .execute()
}

export const findBroadcast = async (db: Db | Trx, id: string): Promise<BroadcastRow | null> =>
  (await db.selectFrom('broadcasts').selectAll().where('id', '=', id).executeTakeFirst()) ?? null

export const textOf = (row: BroadcastRow): string => (fromJson(row.body) as Body).text
export const targetOf = (row: BroadcastRow): Target => fromJson(row.target) as Target
export const weeklyOf = (row: BroadcastRow): WeeklyTime | null =>
  fromJsonOrNull(row.schedule) as WeeklyTime | null

export function broadcastItem(row: BroadcastRow, { lastRunAt, answers }: LastRun): BroadcastItem {
  const { text, template, clip } = fromJson(row.body) as Body
  const { areas, devices } = targetOf(row)
  return {
    id: row.id,
    community: row.community,
    text,
    template,
    clip: row.clip === null ? null : { id: row.clip, name: clip ?? '' },
    areas: [...areas],
    devices: [...devices],
    weekly: weeklyOf(row),
    nextAt: row.next_at,
    priority: row.priority as BroadcastItem['priority'],
    language: row.language as Language,
    times: row.times,
    state: row.state as BroadcastItem['state'],
    runs: row.runs,
    createdBy: row.created_by_name,
    createdAt: row.created_at,
    cancelledBy: row.cancelled_by,
    lastRunAt,
    answers,
  }
}

export async function broadcastDetail(db: Db, row: BroadcastRow): Promise<BroadcastDetail> {
  const receipts = await db
    .selectFrom('broadcast_receipts')
    .selectAll()
    .where('broadcast', '=', row.id)
    .orderBy('run_at', 'desc')
    .orderBy('device')
    .limit(1_000)
    .execute()
  const runs = await lastRuns(db, [row.id])
  return {
    ...broadcastItem(row, runs.get(row.id) ?? neverRun),
    receipts: receipts.map((one) => ({
      device: one.device,
      name: one.device_name,
      runAt: one.run_at,
      state: one.state as BroadcastDetail['receipts'][number]['state'],
      way: one.way as BroadcastDetail['receipts'][number]['way'],
      error: one.error,
      attempts: one.attempts,
      at: one.updated_at,
    })),
  }
}
