import { hourMs, minuteMs } from '../../contracts/clock.ts'
import type { QuietHours } from '../../contracts/notify.ts'

export interface WallTime {
  /** 1 is Monday. */
  readonly weekday: number
  /** Of the day, 0..1439. */
  readonly minute: number
}

/** What the clock on the wall says in the box's time zone. */
export interface WallClock {
  at(ts: number): WallTime
  /** The first moment after `ts` at which the wall shows this minute of the day. */
  next(ts: number, minute: number): number
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

export function createWallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const at = (ts: number): WallTime => {
    const parts = format.formatToParts(ts)
    const of = (type: Intl.DateTimeFormatPartTypes): string =>
      parts.find((part) => part.type === type)?.value ?? ''
    return {
      weekday: days.indexOf(of('weekday')) + 1,
      minute: Number(of('hour')) * 60 + Number(of('minute')),
    }
  }
  return {
    at,
    next(ts, minute) {
      const start = Math.floor(ts / minuteMs) * minuteMs
      const ahead = (minute - at(start).minute + 1_440) % 1_440 || 1_440
      const found = start + ahead * minuteMs
      // Where the clocks are put forward or back in between, the day is an hour shorter or longer.
      const off = minute - at(found).minute
      return off === 0 ? found : found + Math.sign(off) * (Math.abs(off) > 720 ? -1 : 1) * hourMs
    },
  }
}

export const minuteOf = (time: string): number =>
  Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** Whether a minute of the day lies in hours that may go over midnight; equal ends hold nothing. */
export function within({ from, to }: QuietHours, minute: number): boolean {
  const [start, end] = [minuteOf(from), minuteOf(to)]
  if (start <= end) return minute >= start && minute < end
  return minute >= start || minute < end
}
