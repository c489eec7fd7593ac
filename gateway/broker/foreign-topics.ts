import type { MqttClient } from 'mqtt'
import type { ForeignPublish, ForeignWants } from '../model/foreign.ts'
import { subscribeEach } from './subscribe-each.ts'
import { filterMatches } from './topic-filter.ts'

/** Filters in one packet: it stays small, whatever the broker allows. */
const filtersPerPacket = 100
const refusedShownMax = 20

/**
 * Our subscriptions to topics of others on an external broker, kept in step with what the adapters want.
 * Always anew after a connection: only a SUBSCRIBE brings the retained messages [MQTT-3.8.4-3].
 */
export class ForeignTopics {
  #filters: ReadonlySet<string> = new Set()
  /** Those with wildcards. */
  #patterns: readonly string[] = []
  greetings: readonly ForeignPublish[] = []
  /** Filters that the broker's access list refused; not a fault, mostly nobody has such devices. */
  refused = 0
  /** The first of them. */
  refusedShown: readonly string[] = []

  /** What is new and what is no longer wanted. */
  want({ filters, greetings }: ForeignWants): { readonly add: string[]; readonly drop: string[] } {
    const before = this.#filters
    this.#filters = new Set(filters)
    this.#patterns = filters.filter((filter) => filter.includes('+') || filter.includes('#'))
    this.greetings = greetings
    return {
      add: filters.filter((filter) => !before.has(filter)),
      drop: [...before].filter((filter) => !this.#filters.has(filter)),
    }
  }

  wants(topic: string): boolean {
    return (
      this.#filters.has(topic) || this.#patterns.some((pattern) => filterMatches(pattern, topic))
    )
  }

  async subscribeAll(client: MqttClient): Promise<void> {
    this.refused = 0
    this.refusedShown = []
    await this.subscribe(client, [...this.#filters])
  }

  async subscribe(client: MqttClient, filters: readonly string[]): Promise<void> {
    for (const part of inParts(filters)) {
      const refused = await subscribeEach(client, part, 1)
      this.refused += refused.length
      const shown = new Set([...this.refusedShown, ...refused])
      this.refusedShown = [...shown].slice(0, refusedShownMax)
    }
  }

  async unsubscribe(client: MqttClient, filters: readonly string[]): Promise<void> {
    for (const part of inParts(filters)) await client.unsubscribeAsync(part)
  }
}

function* inParts(filters: readonly string[]): Generator<string[]> {
  for (let at = 0; at < filters.length; at += filtersPerPacket)
    yield filters.slice(at, at + filtersPerPacket)
}
