import { hourMs } from '../../contracts/clock.ts'
import type { Severity } from '../../contracts/anomaly.ts'

/** Used where the category names no limit, hours. */
const hoursBySeverity: Record<Severity, number> = { critical: 2, major: 24, minor: 72 }

/**
 * When a ticket is due: the category's limit, else the severity's, counted in elapsed hours from its
 * opening; a critical one is never given more than two hours. Working hours and holidays are not
 * counted yet: a limit in working hours is kept as if the clock ran through the night, so nothing is
 * shown as in time that is late.
 */
export function dueAt(openedAt: number, severity: Severity, categoryHours: number | null): number {
  const hours = categoryHours ?? hoursBySeverity[severity]
  return openedAt + Math.min(hours, severity === 'critical' ? 2 : Infinity) * hourMs
}
