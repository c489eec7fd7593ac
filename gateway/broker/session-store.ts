import { Readable } from 'node:stream'
import type { Counters } from './counters.ts'
import type { RetainedBook } from './retained-book.ts'
import { type QueuedPacket, SessionQueue } from './session-queue.ts'
import { type StoredSubscription, SubscriptionIndex } from './subscription-index.ts'

export interface SessionLimits {
  /** Kept sessions (`clean=0`), connected or not. */
  readonly sessionsMax: number
  readonly messagesPerSessionMax: number
  readonly bytesPerSessionMax: number
  /** A session whose client stays away this long is forgotten, ms. */
  readonly sessionExpiryMs: number
}

interface ClientRef {
  readonly id: string
}
interface Will {
  clientId?: string
  brokerId?: string
}
interface Wanted {
  readonly topic: string
  readonly qos: number
}
interface Session {
  readonly subscriptions: Map<string, Wanted>
  readonly queue: SessionQueue
  /** When the sweep first found its client away, epoch ms. */
  awaySince: number | null
}

/**
 * What aedes calls its persistence, in memory and with a bound on everything: aedes' own `queueLimit`
 * does not bound the queues of clients that are away, and its memory store has no bounds at all.
 * Method names and promises are those of aedes-persistence 11.
 */
export class SessionStore {
  readonly #limits: SessionLimits
  readonly #retained: RetainedBook
  readonly #counters: Counters
  readonly #allowed: (client: ClientRef, filter: string) => boolean
  readonly #index = new SubscriptionIndex()
  readonly #sessions = new Map<string, Session>()
  readonly #incoming = new Map<string, Map<number, QueuedPacket>>()
  readonly #wills = new Map<string, Will>()
  broker: { readonly id: string } | null = null

  /** `allowed`: aedes hands over a whole SUBSCRIBE, the refused filters too; those are not kept. */
  constructor(
    limits: SessionLimits,
    deps: {
      readonly retained: RetainedBook
      readonly counters: Counters
      readonly allowed: (client: ClientRef, filter: string) => boolean
    },
  ) {
    this.#limits = limits
    this.#retained = deps.retained
    this.#counters = deps.counters
    this.#allowed = deps.allowed
  }

  async setup(broker: { readonly id: string }): Promise<void> {
    this.broker = broker
  }
  async destroy(): Promise<void> {}

  /** Forgets sessions whose client has been away too long; call it now and then. */
  sweep(now: number, isConnected: (clientId: string) => boolean): void {
    for (const [id, session] of this.#sessions) {
      if (isConnected(id)) session.awaySince = null
      else if (session.awaySince === null) session.awaySince = now
      else if (now - session.awaySince >= this.#limits.sessionExpiryMs) {
        this.#forget(id, session)
        this.#counters.add('mqtt.session-expired')
      }
    }
  }

  queued(clientId: string): { readonly messages: number; readonly bytes: number } {
    const queue = this.#sessions.get(clientId)?.queue
    return { messages: queue?.size ?? 0, bytes: queue?.bytes ?? 0 }
  }

  async storeRetained(packet: {
    topic: string
    payload: Buffer | string
    qos: 0 | 1 | 2
  }): Promise<void> {
    const payload =
      typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const kept = this.#retained.set({ topic: packet.topic, payload, qos: packet.qos })
    if (!kept) this.#counters.add('mqtt.retained-full')
  }
  createRetainedStreamCombi(filters: string[]): Readable {
    const packets = [...this.#retained.match(filters)]
    return Readable.from(packets.map((message) => ({ ...message, cmd: 'publish', retain: true })))
  }
  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter])
  }

  async addSubscriptions(client: ClientRef, wanted: readonly Wanted[]): Promise<void> {
    const session = this.#sessions.get(client.id) ?? this.#open(client.id)
    for (const { topic, qos } of wanted) {
      if (!this.#allowed(client, topic)) continue
      session.subscriptions.set(topic, { topic, qos })
      if (qos > 0) this.#index.add({ clientId: client.id, topic, qos })
      else this.#index.remove(client.id, topic)
    }
  }
  async removeSubscriptions(client: ClientRef, topics: readonly string[]): Promise<void> {
    const session = this.#sessions.get(client.id)
    for (const topic of topics) {
      session?.subscriptions.delete(topic)
      this.#index.remove(client.id, topic)
    }
  }
  async subscriptionsByClient(client: ClientRef): Promise<Wanted[]> {
    return [...(this.#sessions.get(client.id)?.subscriptions.values() ?? [])]
  }
  async subscriptionsByTopic(topic: string): Promise<StoredSubscription[]> {
    return this.#index.match(topic)
  }
  async cleanSubscriptions(client: ClientRef): Promise<void> {
    const session = this.#sessions.get(client.id)
    if (session !== undefined) this.#forget(client.id, session)
  }
  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    let subsCount = 0
    for (const session of this.#sessions.values()) subsCount += session.subscriptions.size
    return { subsCount, clientsCount: this.#sessions.size }
  }
  getClientList(topic: string): Readable {
    return Readable.from(this.#index.match(topic).map((subscription) => subscription.clientId))
  }

  async outgoingEnqueue(
    subscription: { readonly clientId: string },
    packet: QueuedPacket,
  ): Promise<void> {
    await this.outgoingEnqueueCombi([subscription], packet)
  }
  async outgoingEnqueueCombi(
    subscriptions: readonly { readonly clientId: string }[],
    packet: QueuedPacket,
  ): Promise<void> {
    for (const { clientId } of subscriptions) {
      const dropped = this.#sessions.get(clientId)?.queue.push(packet) ?? 0
      if (dropped > 0) this.#counters.add('mqtt.queue-full', dropped)
    }
  }
  /** A packet that the bound has dropped meanwhile is no error: it is still sent to who is connected. */
  async outgoingUpdate(client: ClientRef, packet: QueuedPacket): Promise<void> {
    this.#sessions.get(client.id)?.queue.update(packet)
  }
  async outgoingClearMessageId(
    client: ClientRef,
    packet: { messageId?: number },
  ): Promise<QueuedPacket | undefined> {
    return this.#sessions.get(client.id)?.queue.clear(packet.messageId)
  }
  outgoingStream(client: ClientRef): Readable {
    return Readable.from(this.#sessions.get(client.id)?.queue.packets() ?? [])
  }

  /** Whether a QoS 2 message of this identifier waits for its PUBREL: a repeat is not new. */
  hasIncoming(clientId: string, messageId: number): boolean {
    return this.#incoming.get(clientId)?.has(messageId) ?? false
  }
  async incomingStorePacket(client: ClientRef, packet: QueuedPacket): Promise<void> {
    let kept = this.#incoming.get(client.id)
    if (kept === undefined) {
      kept = new Map()
      this.#incoming.set(client.id, kept)
    }
    // Only the identifier is asked for later; the payload is on disk already.
    const messageId = packet.messageId ?? 0
    kept.set(messageId, { cmd: 'publish', messageId })
  }
  async incomingGetPacket(
    client: ClientRef,
    packet: { messageId?: number },
  ): Promise<QueuedPacket> {
    const kept = this.#incoming.get(client.id)?.get(packet.messageId ?? 0)
    if (kept === undefined) throw new Error('no such packet')
    return kept
  }
  async incomingDelPacket(client: ClientRef, packet: { messageId?: number }): Promise<void> {
    const kept = this.#incoming.get(client.id)
    if (kept?.delete(packet.messageId ?? 0) !== true) throw new Error('no such packet')
    if (kept.size === 0) this.#incoming.delete(client.id)
  }
  async cleanIncoming(client: ClientRef): Promise<void> {
    this.#incoming.delete(client.id)
  }

  async putWill(client: ClientRef, will: Will): Promise<void> {
    will.clientId = client.id
    if (this.broker !== null) will.brokerId = this.broker.id
    this.#wills.set(client.id, will)
  }
  async getWill(client: ClientRef): Promise<Will | undefined> {
    return this.#wills.get(client.id)
  }
  async delWill(client: ClientRef): Promise<Will | undefined> {
    const will = this.#wills.get(client.id)
    this.#wills.delete(client.id)
    return will
  }
  /** Wills of other brokers of a cluster: there are none. */
  streamWill(): Readable {
    return Readable.from([])
  }

  #open(id: string): Session {
    if (this.#sessions.size >= this.#limits.sessionsMax) this.#makeRoom()
    const { messagesPerSessionMax, bytesPerSessionMax } = this.#limits
    const session: Session = {
      subscriptions: new Map(),
      queue: new SessionQueue(messagesPerSessionMax, bytesPerSessionMax),
      awaySince: null,
    }
    this.#sessions.set(id, session)
    return session
  }

  #makeRoom(): void {
    let longest: [string, Session] | null = null
    for (const entry of this.#sessions) {
      const since = entry[1].awaySince ?? Number.POSITIVE_INFINITY
      if (longest === null || since < (longest[1].awaySince ?? Number.POSITIVE_INFINITY))
        longest = entry
    }
    if (longest === null) return
    this.#forget(...longest)
    this.#counters.add('mqtt.sessions-full')
  }

  #forget(id: string, session: Session): void {
    for (const topic of session.subscriptions.keys()) this.#index.remove(id, topic)
    this.#sessions.delete(id)
    this.#incoming.delete(id)
  }
}
