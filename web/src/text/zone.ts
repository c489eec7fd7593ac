/**
 * The community's clock. Staff, rules and the texts of the server all speak of one local time, whatever
 * zone the browser stands in: UTC+8 the year round (Asia/Shanghai), as `utcOffsetMinutes` of the rules.
 */
const zoneOffsetMs = 8 * 3_600_000
const dayMs = 86_400_000

export interface ZonedTime {
  readonly year: number
  /** 1..12 */
  readonly month: number
  readonly day: number
  /** 0 is Sunday. */
  readonly weekday: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
}

/** The wall clock of the community at an instant, epoch ms. */
export function zoned(ms: number): ZonedTime {
  const at = new Date(ms + zoneOffsetMs)
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    weekday: at.getUTCDay(),
    hours: at.getUTCHours(),
    minutes: at.getUTCMinutes(),
    seconds: at.getUTCSeconds(),
  }
}

/** The midnight of the community that began the day of `ms`, epoch ms. */
export const midnightOf = (ms: number): number =>
  Math.floor((ms + zoneOffsetMs) / dayMs) * dayMs - zoneOffsetMs

/** What a page writes into a date-time field, in the time of the community, and back. */
export const toField = (ms: number): string =>
  new Date(ms + zoneOffsetMs).toISOString().slice(0, 16)
export const fromField = (text: string): number | null => {
  const ms = text === '' ? Number.NaN : Date.parse(`${text}Z`)
  return Number.isNaN(ms) ? null : ms - zoneOffsetMs
}
