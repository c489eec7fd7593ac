import type { MessageHandler } from './broker.ts'
import { filterMatches } from './topic-filter.ts'

interface Subscriber {
  readonly filter: string
  readonly handler: MessageHandler
}

/** Handlers inside this process. Few; the hot path asks `any` first. */
export class LocalSubscribers {
  #subscribers: readonly Subscriber[] = []

  add(filter: string, handler: MessageHandler): () => void {
    const subscriber = { filter, handler }
    this.#subscribers = [...this.#subscribers, subscriber]
    return () => {
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber)
    }
  }

  matching(topic: string): MessageHandler[] {
    if (this.#subscribers.length === 0) return []
    return this.#subscribers
      .filter(({ filter }) => filterMatches(filter, topic))
      .map(({ handler }) => handler)
  }
}
