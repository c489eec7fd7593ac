import type { WeeklyTime } from '../../contracts/http/broadcast.ts'
import { type WallClock, minuteOf } from '../notify/wall-clock.ts'

/** The first time after `ts` that a weekly schedule names. */
export function nextWeekly(weekly: WeeklyTime, ts: number, wall: WallClock): number {
  const minute = minuteOf(weekly.time)
  let at = ts
  for (let day = 0; day < 8; day += 1) {
    at = wall.next(at, minute)
    if (weekly.days.includes(wall.at(at).weekday)) return at
  }
  throw new Error('invariant broken: a week without days')
}
