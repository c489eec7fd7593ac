import type { RetainedMessage } from './broker.ts'
import { filterMatches } from './topic-filter.ts'

export interface RetainedLimits {
  readonly topicsMax: number
  readonly bytesMax: number
}

/** Retained messages in memory, bounded by number and bytes. */
export class RetainedBook {
  readonly #messages = new Map<string, RetainedMessage>()
  readonly #limits: RetainedLimits
  #bytes = 0

  constructor(limits: RetainedLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#messages.size
  }

  /** As text; null where nothing is retained. */
  payloadOf(topic: string): string | null {
    const message = this.#messages.get(topic)
    return message === undefined ? null : Buffer.from(message.payload).toString('utf8')
  }

  /** False when it was not kept because the book is full. An empty payload takes the old one out. */
  set(message: RetainedMessage): boolean {
    const known = this.#messages.get(message.topic)
    const freed = known === undefined ? 0 : known.payload.length
    if (message.payload.length === 0) {
      this.#messages.delete(message.topic)
      this.#bytes -= freed
      return true
    }
    const bytes = this.#bytes - freed + message.payload.length
    const topics = this.#messages.size + (known === undefined ? 1 : 0)
    if (topics > this.#limits.topicsMax || bytes > this.#limits.bytesMax) return false
    this.#messages.set(message.topic, { ...message, payload: Buffer.from(message.payload) })
    this.#bytes = bytes
    return true
  }

  *match(filters: readonly string[]): Generator<RetainedMessage> {
    for (const filter of filters) {
      if (filter.includes('+') || filter.includes('#')) {
        for (const [topic, message] of this.#messages)
          if (filterMatches(filter, topic)) yield message
      } else {
        const message = this.#messages.get(filter)
        if (message !== undefined) yield message
      }
    }
  }
}
