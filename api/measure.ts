import type { RosterPusher } from './roster/roster-pusher.ts'
import type { Services } from './services.ts'

/** What has no other place to be counted. */
export function measure(services: Services, roster: RosterPusher): void {
  services.metrics.gauge(
    'linli_api_notifications_waiting',
    'Messages that wait for their time or their link',
    () => services.outgoing.sender.depth,
  )
  services.metrics.gauge('linli_api_roster_confirmed', 'Version that the box holds', () =>
    roster.confirmed === null ? -1 : roster.confirmed,
  )
  services.metrics.gauge('linli_api_roster_failures', 'Failed pushes', () => roster.failures)
  services.metrics.gauge(
    'linli_api_face_removal_failures',
    'Templates that the box did not delete at the first try',
    () => services.removals.failures,
  )
  const { sounds } = services.speech
  for (const what of ['made', 'failed', 'timeouts', 'refused'] as const)
    services.metrics.gauge(
      `linli_api_sounds_${what}`,
      'Sounds for loudspeakers since the start: made, failed, ended by time, refused as too many',
      () => sounds.stats[what],
    )
  const { deadlines } = services
  services.metrics.gauge(
    'linli_api_deadlines_fired',
    'Timers that fired since the start',
    () => deadlines.fired,
  )
  services.metrics.gauge(
    'linli_api_deadlines_failed',
    'Tries of timers that failed; each is tried again',
    () => deadlines.failed,
  )
  services.metrics.gauge(
    'linli_api_deadlines_late_ms',
    'The longest that a timer fired after it was due',
    () => deadlines.lateMaxMs,
  )
  services.metrics.gauge(
    'linli_api_links_refused',
    'Tries of answer links that came too often',
    () => services.linkLimiter.refused,
  )
}
