import { createHmac } from 'node:crypto'
import type { Clock } from '../../../contracts/clock.ts'
import type { Channel, Message } from './channel.ts'
import type { CallHttp } from './http-call.ts'
import { refusedByStatus } from './http-outcome.ts'

export interface WebhookOptions {
  readonly url: string
  readonly secret: string
}

/**
 * JSON, signed: `X-Linli-Signature: sha256=` and the hex HMAC-SHA256 of `timestamp.body` under the
 * shared secret. The id stays the same in every repeat, so that the other side can drop what it has.
 */
export function createWebhook(
  deps: { readonly call: CallHttp; readonly clock: Clock },
  { url, secret }: WebhookOptions,
): Channel {
  return {
    limits: [{ ms: 60_000, max: 300 }],
    async send(message) {
      const body = JSON.stringify(bodyOf(message))
      const timestamp = String(deps.clock())
      const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
      const called = await deps.call({
        url,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-linli-id': message.id,
          'x-linli-timestamp': timestamp,
          'x-linli-signature': `sha256=${signature}`,
        },
        body,
      })
      if ('refused' in called) return called.refused
      return (
        refusedByStatus(called.answer) ?? { kind: 'sent', detail: `HTTP ${called.answer.status}` }
      )
    },
    close: async () => undefined,
  }
}

const bodyOf = (message: Message) => ({
  id: message.id,
  incident: message.incident,
  step: message.step,
  community: message.community,
  severity: message.severity,
  kind: message.kind,
  title: message.title,
  body: message.body,
  link: message.link,
  createdAt: message.createdAt,
  lateMs: message.lateMs,
})
