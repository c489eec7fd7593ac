import type { FastifyBaseLogger } from 'fastify'
import { minuteMs } from '../contracts/clock.ts'
import { type Retention, prune } from './db/retention.ts'
import type { Services } from './services.ts'

/** Deletes what is past its time, once a minute, and counts it. */
export function pruneEveryMinute(
  services: Services,
  retention: Retention,
  logger: FastifyBaseLogger,
): NodeJS.Timeout {
  const timer = setInterval(() => {
    Promise.all([
      prune(services.db, retention, services.clock()),
      services.pictures.sweep(),
      services.outgoing.sweep(),
      services.speech.retention.sweep(),
    ]).then(
      ([rows, files, messages, sounds]) => {
        if (rows + messages > 0) services.metrics.dropped.inc({ what: 'old row' }, rows + messages)
        if (files > 0) services.metrics.dropped.inc({ what: 'old evidence' }, files)
        if (sounds > 0) services.metrics.dropped.inc({ what: 'old broadcast' }, sounds)
      },
      (error: unknown) => logger.error({ err: error }, 'pruning failed'),
    )
  }, minuteMs)
  return timer.unref()
}
