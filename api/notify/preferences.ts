import type { NotifyPreferences } from '../../contracts/http/notify.ts'
import type { NotifySettings } from '../../config/notify-schema.ts'
import { CodedError } from '../../contracts/errors.ts'
import { fromJson, fromJsonOrNull, toJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'

/** How a person is told; where they said nothing, as the box does it. */
export async function preferencesOf(
  db: Db,
  settings: NotifySettings,
  user: string,
): Promise<NotifyPreferences> {
  const row = await db
    .selectFrom('notify_preferences')
    .selectAll()
    .where('user_id', '=', user)
    .executeTakeFirst()
  if (row === undefined)
    return {
      language: settings.language,
      phone: null,
      email: null,
      channels: {},
      quietHours: null,
      minorDigest: null,
    }
  return {
    language: row.language as NotifyPreferences['language'],
    phone: row.phone,
    email: row.email,
    channels: fromJson(row.channels) as NotifyPreferences['channels'],
    quietHours: fromJsonOrNull(row.quiet) as NotifyPreferences['quietHours'],
    minorDigest: row.minor_digest as NotifyPreferences['minorDigest'],
  }
}

/** Throws `request.invalid` for a channel that is not configured. */
export async function savePreferences(
  trx: Trx,
  settings: NotifySettings,
  user: string,
  wanted: NotifyPreferences,
  now: number,
): Promise<void> {
  const unknown = Object.keys(wanted.channels).find(
    (name) => !settings.channels.some((channel) => channel.name === name),
  )
  if (unknown !== undefined) throw new CodedError('request.invalid', `channel ${unknown}`)
  const row = {
    language: wanted.language,
    phone: wanted.phone,
    email: wanted.email,
    channels: JSON.stringify(wanted.channels),
    quiet: toJsonOrNull(wanted.quietHours),
    minor_digest: wanted.minorDigest,
    updated_at: now,
  }
  await trx
    .insertInto('notify_preferences')
    .values({ user_id: user, ...row })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
    .execute()
}
