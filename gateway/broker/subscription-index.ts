import { filterMatches } from './topic-filter.ts'

export interface StoredSubscription {
  readonly clientId: string
  readonly topic: string
  readonly qos: number
}

/** Who keeps a subscription to a topic: filters without wildcards by name, the few others one by one. */
export class SubscriptionIndex {
  readonly #exact = new Map<string, Map<string, StoredSubscription>>()
  readonly #wild = new Map<string, Map<string, StoredSubscription>>()

  add(subscription: StoredSubscription): void {
    const index = this.#of(subscription.topic)
    const holders = index.get(subscription.topic)
    if (holders === undefined)
      index.set(subscription.topic, new Map([[subscription.clientId, subscription]]))
    else holders.set(subscription.clientId, subscription)
  }

  remove(clientId: string, topic: string): void {
    const index = this.#of(topic)
    const holders = index.get(topic)
    holders?.delete(clientId)
    if (holders?.size === 0) index.delete(topic)
  }

  /** At most one per client, where several of its filters match. */
  match(topic: string): StoredSubscription[] {
    const found = new Map(this.#exact.get(topic))
    for (const [filter, holders] of this.#wild) {
      if (!filterMatches(filter, topic)) continue
      for (const [clientId, subscription] of holders) {
        const known = found.get(clientId)
        if (known === undefined || known.qos < subscription.qos) found.set(clientId, subscription)
      }
    }
    return [...found.values()]
  }

  #of(topic: string): Map<string, Map<string, StoredSubscription>> {
    return topic.includes('+') || topic.includes('#') ? this.#wild : this.#exact
  }
}
