import type { Trx } from '../db/open.ts'

export interface TicketNumber {
  /** `2026-11-20` in the community's time zone. */
  readonly day: string
  readonly dayNo: number
  /** `1120-033` */
  readonly number: string
}

export type DayOf = (ts: number) => string

/** The calendar day of a time zone, `YYYY-MM-DD`. */
export function createDayOf(timeZone: string): DayOf {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return (ts) => format.format(ts)
}

/** The next number of a community's day. Two at once collide on a unique index and one runs again. */
export async function nextNumber(trx: Trx, community: string, day: string): Promise<TicketNumber> {
  const last = await trx
    .selectFrom('tickets')
    .select(({ fn }) => fn.max('day_no').as('day_no'))
    .where('community', '=', community)
    .where('day', '=', day)
    .executeTakeFirst()
  const dayNo = (last?.day_no ?? 0) + 1
  const monthDay = day.slice(5).replace('-', '')
  return { day, dayNo, number: `${monthDay}-${String(dayNo).padStart(3, '0')}` }
}
