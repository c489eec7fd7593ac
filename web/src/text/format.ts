import { midnightOf, zoned } from './zone.ts'

/** Times and spans as people say them, in both languages, by the clock of the community. */
export type Language = 'zh' | 'en'

const secondMs = 1_000
const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000
const two = (n: number) => String(n).padStart(2, '0')
const weekdaysZh = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'] as const
const weekdaysEn = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const monthsEn = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

export interface TimeWords {
  clock(ms: number): string
  /** With seconds, for evidence. */
  exact(ms: number): string
  date(ms: number): string
  /** 今天 15:00, 昨天 10:12, 11 月 22 日 15:00. */
  day(ms: number, now: number): string
  /** 2 时 05 分, 22 分, 12 秒. */
  span(ms: number): string
}

/** Whole days between the midnights of two instants. */
function dayDistance(ms: number, now: number): number {
  return Math.round((midnightOf(ms) - midnightOf(now)) / dayMs)
}

const clock = (ms: number) => `${two(zoned(ms).hours)}:${two(zoned(ms).minutes)}`
const exact = (ms: number) => `${clock(ms)}:${two(zoned(ms).seconds)}`

function spanParts(ms: number): { days: number; hours: number; minutes: number; seconds: number } {
  const whole = Math.max(0, ms)
  return {
    days: Math.floor(whole / dayMs),
    hours: Math.floor(whole / hourMs),
    minutes: Math.floor((whole % hourMs) / minuteMs),
    seconds: Math.floor((whole % minuteMs) / secondMs),
  }
}

const timeZh: TimeWords = {
  clock,
  exact,
  date: (ms) => {
    const at = zoned(ms)
    return `${at.month} 月 ${at.day} 日 ${weekdaysZh[at.weekday] ?? ''}`
  },
  day: (ms, now) => {
    const distance = dayDistance(ms, now)
    const near = { '-1': '昨天', '0': '今天', '1': '明天' }[String(distance)]
    const at = zoned(ms)
    return `${near ?? `${at.month} 月 ${at.day} 日`} ${clock(ms)}`
  },
  span: (ms) => {
    const { days, hours, minutes, seconds } = spanParts(ms)
    if (days >= 2) return `${days} 天`
    if (hours > 0) return `${hours} 时 ${two(minutes)} 分`
    return minutes > 0 ? `${minutes} 分` : `${seconds} 秒`
  },
}

const timeEn: TimeWords = {
  clock,
  exact,
  date: (ms) => {
    const at = zoned(ms)
    return `${weekdaysEn[at.weekday] ?? ''} ${at.day} ${monthsEn[at.month - 1] ?? ''}`
  },
  day: (ms, now) => {
    const distance = dayDistance(ms, now)
    const near = { '-1': 'yesterday', '0': 'today', '1': 'tomorrow' }[String(distance)]
    const at = zoned(ms)
    return `${near ?? `${at.day} ${monthsEn[at.month - 1] ?? ''}`} ${clock(ms)}`
  },
  span: (ms) => {
    const { days, hours, minutes, seconds } = spanParts(ms)
    if (days >= 2) return `${days} days`
    if (hours > 0) return `${hours} h ${two(minutes)} min`
    return minutes > 0 ? `${minutes} min` : `${seconds} s`
  },
}

export const timeWords: Readonly<Record<Language, TimeWords>> = { zh: timeZh, en: timeEn }

/** At most 2 decimals, no trailing zeros. */
export const figure = (value: number): string => String(Math.round(value * 100) / 100)
