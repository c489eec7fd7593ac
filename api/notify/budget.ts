import { hourMs, minuteMs } from '../../contracts/clock.ts'
import type { NotifySettings } from '../../config/notify-schema.ts'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'

interface Spent {
  minute: number
  hour: number
  minuteFreeAt: number
  hourFreeAt: number
}

/** How many messages a person has had, and when there is room again. */
export interface Budget {
  /** Takes one if there is room; else says from when on there is. A digest may take the last place. */
  take(
    person: string,
    what: { readonly critical: boolean; readonly digest: boolean },
  ): number | null
}

export const createBudget = (
  spent: Map<string, Spent>,
  { perMinute, perHour }: NotifySettings['perPerson'],
  now: number,
): Budget => ({
  take(person, { critical, digest }) {
    const had = spent.get(person) ?? nothing(now)
    spent.set(person, had)
    // The last place is kept for the digest, or the rest would wait behind new ones for ever.
    const kept = digest ? 0 : 1
    if (had.minute >= perMinute - kept) return had.minuteFreeAt
    // An hour is no time to leave a critical one waiting; the minute bounds it.
    if (!critical && had.hour >= perHour - kept) return had.hourFreeAt
    had.minute += 1
    had.hour += 1
    return null
  },
})

const nothing = (now: number): Spent => ({
  minute: 0,
  hour: 0,
  minuteFreeAt: now + minuteMs,
  hourFreeAt: now + hourMs,
})

/** What was let through in the last minute and the last hour, by person. */
export async function spentOf(trx: Trx, now: number): Promise<Map<string, Spent>> {
  const rows = await trx
    .selectFrom('notifications')
    .select(({ fn }) => [
      'person',
      fn.countAll<number>().as('hour'),
      fn.min('released_at').as('first'),
      sql<number>`sum(case when released_at > ${now - minuteMs} then 1 else 0 end)`.as('minute'),
      sql<number | null>`min(case when released_at > ${now - minuteMs} then released_at end)`.as(
        'firstOfMinute',
      ),
    ])
    .where('released_at', '>', now - hourMs)
    .where('kind', '!=', 'test')
    // Written so that the few of the last hour are sorted, not all that there ever were read in order.
    .groupBy([sql`person || ''`, 'person'])
    .execute()
  return new Map(
    rows.map(({ person, hour, minute, first, firstOfMinute }) => [
      person,
      {
        minute,
        hour,
        minuteFreeAt: (firstOfMinute ?? now) + minuteMs,
        hourFreeAt: (first ?? now) + hourMs,
      },
    ]),
  )
}
