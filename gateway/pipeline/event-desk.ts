import { createHash } from 'node:crypto'
import type { GatewayEvent, GatewayEventType } from '../../contracts/events.ts'
import type { OutboxPort } from './outbox-port.ts'

/** 128 bits of SHA-256 of what makes the thing itself: a replay of the log gives the same id. */
export const derivedId = (prefix: 'ano' | 'evt', ...parts: readonly (string | number)[]): string =>
  `${prefix}_${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)}`

export interface NewEvent {
  readonly type: GatewayEventType
  readonly community: string
  /** Whom it is about. */
  readonly device: string
  /** Event time, epoch ms. */
  readonly ts: number
  readonly data: Record<string, unknown>
}

/** Events of the gateway: into the outbox at once, and handed to the main thread after the commit. */
export class EventDesk {
  readonly #outbox: OutboxPort
  #events: GatewayEvent[] = []

  constructor(outbox: OutboxPort) {
    this.#outbox = outbox
  }

  /** `distinct` tells apart events of one kind about one device in one ms. */
  add({ type, community, device, ts, data }: NewEvent, receivedAt: number, distinct = ''): void {
    const id = derivedId('evt', type, community, device, ts, distinct)
    const event: GatewayEvent = { id, ts, community, device, type, data }
    this.#outbox.put({ id, kind: 'event', createdAt: receivedAt, body: event })
    this.#events.push(event)
  }

  take(): GatewayEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }
}
