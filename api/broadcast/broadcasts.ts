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
import { nextWeekly } from './schedule.ts'
import { chosen, speakersOf } from './speakers.ts'

export type BroadcastRow = Selectable<BroadcastsTable>

interface Body {
  readonly text: string
  readonly template: string | null
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
  const template = broadcastTemplates.find(({ id }) => id === wanted.template)
  if (wanted.template !== undefined && template === undefined)
    throw new CodedError('request.invalid', `template ${wanted.template}`)
  if ((wanted.text === undefined) === (template === undefined))
    throw new CodedError('request.invalid', 'text or template, one of them')
  if (wanted.at !== undefined && wanted.weekly !== undefined)
    throw new CodedError('request.invalid', 'at or weekly, not both')
  if (wanted.at !== undefined && wanted.at < now - 60_000)
    throw new CodedError('request.invalid', 'at lies in the past')
  const language: Language = wanted.language ?? 'zh'
  const { areas = [], devices = [] } = wanted
  const speakers = chosen(await speakersOf(trx, wanted.community), areas, devices)
  if (speakers.length === 0)
    throw new CodedError('request.invalid', 'no approved loudspeaker (type speaker) stands there')
  const row: BroadcastRow = {
    id: newId('broadcast', now, deps.random),
    community: wanted.community,
    body: JSON.stringify({
      text: wanted.text ?? template?.text[language] ?? '',
      template: template?.id ?? null,
    } satisfies Body),
    target: JSON.stringify({ areas, devices } satisfies Target),
    schedule: toJsonOrNull(wanted.weekly),
    priority: wanted.priority ?? (template === undefined ? 'notice' : 'emergency'),
    language,
    times: wanted.times ?? (template === undefined ? 1 : 3),
    state: 'scheduled',
    created_by: actor.id,
    created_by_name: actor.name,
    created_at: now,
    next_at:
      wanted.weekly === undefined ? (wanted.at ?? now) : nextWeekly(wanted.weekly, now, deps.wall),
    cancelled_by: null,
    runs: 0,
  }
  await trx.insertInto('broadcasts').values(row).execute()
  return row
}

/** Nothing more is spoken; what a loudspeaker already says, it says to the end. */
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
    .where('state', '!=', 'done')
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

export function broadcastItem(row: BroadcastRow): BroadcastItem {
  const { text, template } = fromJson(row.body) as Body
  const { areas, devices } = targetOf(row)
  return {
    id: row.id,
    community: row.community,
    text,
    template,
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
  return {
    ...broadcastItem(row),
    receipts: receipts.map((one) => ({
      device: one.device,
      name: one.device_name,
      runAt: one.run_at,
      state: one.state as BroadcastDetail['receipts'][number]['state'],
      error: one.error,
      attempts: one.attempts,
      at: one.updated_at,
    })),
  }
}
