import { createApiTransport } from '../outbox/api-transport.ts'
import { filesOf } from '../outbox/outgoing.ts'
import { createOutboxSender, type OutboxSender } from '../outbox/outbox-sender.ts'
import type { Parts } from './parts.ts'
import { ticketOpened } from './ticket-opened.ts'

/** The outbox on its way to the api; tells the broker of new tickets and lets go of sent pictures. */
export function createSender(parts: Parts): OutboxSender {
  const { settings, pipeline, sight, announcer, clock, logger } = parts
  return createOutboxSender({
    queue: pipeline.outbox,
    transport: createApiTransport(
      { clock },
      { url: settings.apiUrl, token: settings.serviceToken },
    ),
    readEvidence: (sha256) => sight.evidence.read(sha256),
    clock,
    random: Math.random,
    logger,
    async onAccepted(item, answer) {
      const event = ticketOpened(item, answer, settings.community)
      if (event !== null) announcer.event(event)
      if (item.kind === 'event') return
      for (const sha256 of (item.body.evidence ?? []).flatMap(filesOf))
        await sight.evidence.release(sha256)
    },
  })
}
