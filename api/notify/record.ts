import { secondMs } from '../../contracts/clock.ts'
import type { NotifySettings } from '../../config/notify-schema.ts'
import { deviceChannel } from '../../contracts/notify.ts'
import { systemActor } from '../auth/principal.ts'
import type { Trx } from '../db/open.ts'
import { maskName } from '../people/mask.ts'
import type { Random } from '../random.ts'
import { addTimeline } from '../tickets/record.ts'
import type { Message, Outcome } from './channels/channel.ts'
import type { NotificationRow } from './message-of.ts'

export interface Tried {
  readonly row: NotificationRow
  readonly message: Message
  readonly outcome: Outcome
  readonly startedAt: number
  readonly now: number
  /** When a failed one is tried again; null: never. */
  readonly retryAt: number | null
}

export interface RecordDeps {
  readonly settings: NotifySettings
  readonly random: Random
}

const attemptsKept = 50

/** Writes down one try and what became of the message, on its record and on the ticket. */
export async function record(trx: Trx, deps: RecordDeps, tried: Tried): Promise<void> {
  const { row, outcome, startedAt, now } = tried
  const attempts = row.attempts + 1
  if (attempts <= attemptsKept) {
    await trx
      .insertInto('notification_attempts')
      .values({
        notification: row.id,
        at: startedAt,
        ok: outcome.kind === 'sent' || outcome.kind === 'delivered' ? 1 : 0,
        code: 'code' in outcome ? outcome.code : 'ok',
        detail: outcome.detail,
        took_ms: now - startedAt,
      })
      .execute()
  }
  const current = await trx
    .selectFrom('notifications')
    .selectAll()
    .where('id', '=', row.id)
    .executeTakeFirst()
  if (current === undefined) return
  const change = changeOf(deps.settings, current, tried)
  await trx
    .updateTable('notifications')
    .set({ ...change, attempts })
    .where('id', '=', row.id)
    .execute()
  await ofMembers(trx, row, change, now)
  await onTicket(trx, deps.random, current, change, now)
}

type Change = Partial<NotificationRow>

function changeOf(settings: NotifySettings, current: NotificationRow, tried: Tried): Change {
  const { outcome, message, now, retryAt } = tried
  if (outcome.kind === 'sent' || outcome.kind === 'delivered') {
    const acknowledged = current.acknowledged_by !== null
    return {
      state: outcome.kind,
      sent_at: current.sent_at ?? now,
      released_at: now,
      delivered_at: outcome.kind === 'delivered' ? now : current.delivered_at,
      late_ms: current.late_ms ?? (message.lateMs > 0 ? message.lateMs : null),
      repeats: current.sent_at === null ? 0 : current.repeats + 1,
      next_at:
        !acknowledged && current.reason !== 'resolved' && comesAgain(current)
          ? now + settings.repeat.everySeconds * secondMs
          : null,
    }
  }
  // Overtaken by the end of the incident: the next pass says what becomes of it.
  if (retryAt !== null) return { state: 'queued', released_at: null, next_at: retryAt }
  // A repeat that fails takes nothing back from the one that arrived.
  if (current.sent_at !== null) return { state: 'sent', next_at: null }
  const reason = 'code' in outcome ? outcome.code : null
  return { state: 'failed', reason, next_at: null, released_at: null }
}

const comesAgain = ({ severity, kind, channel }: NotificationRow): boolean =>
  severity === 'critical' &&
  (kind === 'alarm' || kind === 'reminder' || kind === 'digest') &&
  channel !== deviceChannel

/** The lines of a digest share its fate. */
async function ofMembers(
  trx: Trx,
  row: NotificationRow,
  change: Change,
  now: number,
): Promise<void> {
  if (row.kind !== 'digest') return
  const members = trx
    .updateTable('notifications')
    .where('digest', '=', row.id)
    .where('state', '=', 'digested')
  if (change.state === 'failed')
    await members.set({ state: 'failed', reason: change.reason ?? null }).execute()
  else if (change.sent_at !== undefined && row.sent_at === null)
    await members.set({ sent_at: now }).where('sent_at', 'is', null).execute()
}

const said = {
  sent: { zh: '已发出', en: 'sent' },
  delivered: { zh: '已送达', en: 'delivered' },
  failed: { zh: '没发出去', en: 'not sent' },
} as const

async function onTicket(
  trx: Trx,
  random: Random,
  row: NotificationRow,
  change: Change,
  now: number,
): Promise<void> {
  const { state } = change
  const first = row.sent_at === null
  const told = state === 'sent' || state === 'delivered' || state === 'failed'
  if (!told || !first || !row.incident.startsWith('tkt_')) return
  const who = row.person.startsWith('group:') ? '' : ` ${maskName(row.person_name)}`
  const why = state === 'failed' ? (change.reason ?? '') : null
  const { zh, en } = said[state]
  const to = `${row.channel}${who}`
  await addTimeline(trx, { random }, row.incident, {
    kind: 'notified',
    actor: systemActor,
    ts: now,
    note: {
      zh: `${to} ${zh}${why === null ? '' : `：${why}`}`,
      en: `${to} ${en}${why === null ? '' : `: ${why}`}`,
    },
  })
}
