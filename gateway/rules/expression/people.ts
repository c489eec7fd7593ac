import type { Scene } from './scene.ts'

/**
 * Somebody in the household is looked after, and was at home all through the last `ms` as far as anybody
 * said: with nobody there a quiet home is no news.
 */
export function watchedFor({ roster, subject, now }: Scene, ms: number): boolean {
  const household = subject.kind === 'household' ? subject.id : subject.source?.device.household
  if (household === undefined || household === null) return false
  const from = now - ms
  return roster
    .residentsOf(household)
    .some(
      ({ watch, away }) =>
        watch !== null &&
        watch.since <= from &&
        !away.some((absence) => absence.from < now && (absence.to === null || absence.to > from)),
    )
}
