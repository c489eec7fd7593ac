import type { WeekWindow } from '../../contracts/access.ts'
import { dayMs, minuteMs } from '../../contracts/clock.ts'

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** Whether `now` lies in one of the windows; a window that ends where it begins lasts a day. Empty: always. */
export function inSchedule(
  schedule: readonly WeekWindow[],
  now: number,
  utcOffsetMinutes: number,
): boolean {
  if (schedule.length === 0) return true
  const local = now + utcOffsetMinutes * minuteMs
  const day = new Date(local).getUTCDay()
  const minute = Math.floor((((local % dayMs) + dayMs) % dayMs) / minuteMs)
  return schedule.some(({ days, from, to }) => {
    const begin = minutesOf(from)
    const end = minutesOf(to)
    if (begin < end) return days.includes(day) && minute >= begin && minute < end
    // Past midnight the window belongs to the day on which it began.
    if (minute >= begin) return days.includes(day)
    return minute < end && days.includes((day + 6) % 7)
  })
}
