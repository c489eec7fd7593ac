import type { FastifyBaseLogger } from 'fastify'
import { minuteMs } from '../contracts/clock.ts'
import { type Retention, prune } from './db/retention.ts'
import { type VisitRetention, sweepVisits } from './people/visit-retention.ts'
import type { Services } from './services.ts'

type Deps = Pick<Services, 'db' | 'clock' | 'pictures' | 'outgoing' | 'speech' | 'metrics'>

/** Deletes what is past its time, once a minute, and counts it; what went of people's care is said in the log. */
export function pruneEveryMinute(
  services: Deps,
  retention: Retention & VisitRetention,
  logger: FastifyBaseLogger,
): NodeJS.Timeout {
  const timer = setInterval(() => {
    pruneAll(services, retention, logger).catch((error: unknown) =>
      logger.error({ err: error }, 'pruning failed'),
    )
  }, minuteMs)
  return timer.unref()
}

async function pruneAll(
  services: Deps,
  retention: Retention & VisitRetention,
  logger: FastifyBaseLogger,
): Promise<void> {
  const now = services.clock()
  const [rows, files, messages, sounds, swept] = await Promise.all([
    prune(services.db, retention, now),
    services.pictures.sweep(),
    services.outgoing.sweep(),
    services.speech.retention.sweep(),
    sweepVisits(services, retention, now),
    services.speech.readiness.prepare(),
  ])
  const { visits, photos, forRoom } = swept
  const count = (what: string, n: number): void => {
    if (n > 0) services.metrics.dropped.inc({ what }, n)
  }
  count('old row', rows + messages)
  count('old evidence', files)
  count('old broadcast', sounds)
  count('old visit', visits)
  count('old visit photo', photos - forRoom)
  count('visit photo for room', forRoom)
  if (visits + photos > 0) logger.info(swept, 'visits and photos past their time were removed')
}
