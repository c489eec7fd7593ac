import type { NotifyGroup } from '../../config/notify-schema.ts'
import { type WallTime, minuteOf, within } from './wall-clock.ts'

/** User names of a group that are on duty: the standing ones and those of the shifts that run. */
export function onDuty(group: NotifyGroup, { weekday, minute }: WallTime): readonly string[] {
  const names = new Set(group.users)
  const yesterday = weekday === 1 ? 7 : weekday - 1
  for (const shift of group.shifts) {
    if (!within(shift, minute)) continue
    // A night shift belongs to the day on which it began.
    const overnight = minuteOf(shift.to) < minuteOf(shift.from)
    const began = overnight && minute < minuteOf(shift.to) ? yesterday : weekday
    if (shift.days.includes(began)) for (const user of shift.users) names.add(user)
  }
  return [...names]
}
