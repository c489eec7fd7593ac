import type { EventEmitter } from 'node:events'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import type { ErrorCode } from '../../contracts/errors.ts'
import { parseDeviceTopic } from '../../contracts/topics.ts'
import type { Broker, BrokerDeps, BrokerStats, MessageHandler, PublishOptions } from './broker.ts'
import type { ForeignWants } from '../model/foreign.ts'
import {
  type EmbeddedBrokerLimits,
  type EmbeddedBrokerOptions,
  withDefaults,
} from './broker-options.ts'
import { preConnect } from './connect-rules.ts'
import { Counters } from './counters.ts'
import { secretFits, signInOf } from './credential-check.ts'
import { Listeners } from './listeners.ts'
import { LocalSubscribers } from './local-subscribers.ts'
import { Peer } from './peer.ts'
import { PictureTopics } from './picture-topics.ts'
import { nowhere, PublishGate } from './publish-gate.ts'
import { RetainedBook } from './retained-book.ts'
import { SessionStore } from './session-store.ts'
import { tooDeep } from './too-deep.ts'
import { WantedLeaves } from './wanted-leaves.ts'

/** The broker of one box: aedes with credentials, an access list, bounds, and commit before PUBACK. */
export function createEmbeddedBroker(deps: BrokerDeps, options: EmbeddedBrokerOptions): Broker {
  return new EmbeddedBroker(deps, options)
}

const sweepEveryMs = 60_000
type PublishArgs = [PublishPacket, unknown, ((error?: Error) => void)?]

class EmbeddedBroker implements Broker {
  readonly #deps: BrokerDeps
  readonly #limits: EmbeddedBrokerLimits
  readonly #counters = new Counters()
  readonly #local = new LocalSubscribers()
  readonly #pictures = new PictureTopics()
  readonly #wanted = new WantedLeaves()
  readonly #peers = new WeakMap<Client, Peer>()
  readonly #clients = new Map<string, Client>()
  readonly #retained: RetainedBook
  readonly #sessions: SessionStore
  readonly #gate: PublishGate
  readonly #listeners: Listeners
  readonly #aedes: Aedes
  #sweeper: NodeJS.Timeout | null = null
  #listening = false
  #greetings: ForeignWants['greetings'] = []
  readonly #onConnected: (() => void)[] = []

  constructor(deps: BrokerDeps, options: EmbeddedBrokerOptions) {
    this.#deps = deps
    this.#limits = withDefaults(options.limits)
    const counters = this.#counters
    this.#retained = new RetainedBook(this.#limits)
    this.#sessions = new SessionStore(this.#limits, {
      retained: this.#retained,
      counters,
      allowed: (client, filter) =>
        this.#peers.get(client as unknown as Client)?.maySubscribe(filter) === true,
    })
    this.#gate = new PublishGate({
      record: deps.record,
      onFrame: deps.onFrame,
      onQuarantine: deps.onQuarantine,
      clock: deps.clock,
      counters,
      pictures: this.#pictures,
      local: this.#local,
      peerOf: (client) => this.#peers.get(client),
      isRepeat: (client, packet) =>
        this.#sessions.hasIncoming(client.id, (packet as { messageId?: number }).messageId ?? 0),
      isWanted: (route) => this.#wanted.has(route.topic?.leaf ?? null),
    })
    this.#listeners = new Listeners(options, this.#limits, {
      onConnection: (socket) => void this.#aedes.handle(socket),
      onOversize: (socket) => this.#noteOversize(socket as { client?: Client }),
      onFull: () => counters.add('mqtt.connections-full'),
    })
    this.#aedes = this.#build()
  }

  async start(): Promise<{ port: number; tlsPort: number | null }> {
    for (const message of await this.#deps.retained.load())
      if (!this.#retained.set(message)) this.#counters.add('mqtt.retained-full')
    await this.#aedes.listen()
    const ports = await this.#listeners.start()
    this.#listening = true
    this.#greet()
    for (const handler of this.#onConnected) handler()
    this.#sweeper = setInterval(() => {
      this.#sessions.sweep(this.#deps.clock(), (id) => this.#clients.has(id))
    }, sweepEveryMs)
    this.#sweeper.unref()
    return ports
  }

  async close(): Promise<void> {
    this.#listening = false
    // Wills are for devices that vanish, not for a gateway that stops.
    this.#gate.closing = true
    this.#listeners.close()
    if (this.#sweeper !== null) clearInterval(this.#sweeper)
    await new Promise<void>((resolve) => this.#aedes.close(resolve))
  }

  async publish(
    topic: string,
    payload: string | Uint8Array,
    { qos = 0, retain = false }: PublishOptions = {},
  ): Promise<void> {
    const command = parseDeviceTopic(topic)?.leaf === 'command'
    if (command && retain) throw new Error('invariant broken: a command is never retained')
    const packet: PublishPacket = {
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup: false,
    }
    await new Promise<void>((resolve, reject) => {
      this.#aedes.publish(packet, (error?: Error) => (error ? reject(error) : resolve()))
    })
  }

  subscribe(filter: string, handler: MessageHandler): () => void {
    return this.#local.add(filter, handler)
  }

  onConnected(handler: () => void): void {
    this.#onConnected.push(handler)
  }

  /** Greetings stay for who connects later; everything else comes by itself. */
  want(wants: ForeignWants): void {
    this.#greetings = wants.greetings
    this.#pictures.want(wants)
    if (this.#listening) this.#greet()
  }

  dropRevoked(): number {
    let dropped = 0
    for (const client of this.#clients.values()) {
      const peer = this.#peers.get(client)
      peer?.recheck()
      if (peer?.isValid() !== false) continue
      client.close()
      dropped++
    }
    if (dropped > 0) this.#counters.add('mqtt.revoked-closed', dropped)
    return dropped
  }

  stats(): BrokerStats {
    return {
      kind: 'embedded',
      connected: this.#listening,
      clients: this.#clients.size,
      messagesIn: this.#gate.messagesIn,
      framesIn: this.#gate.framesIn,
      dropped: this.#counters.snapshot(),
      problems: [],
      refusedTopics: [],
    }
  }

  #greet(): void {
    for (const { topic, payload, qos } of this.#greetings) {
      if (this.#retained.payloadOf(topic) === payload) continue
      this.publish(topic, payload, { qos, retain: true }).catch((error: unknown) => {
        this.#deps.logger.warn({ topic, error: String(error) }, 'greeting not published')
      })
    }
  }

  #build(): Aedes {
    const limits = this.#limits
    const deps = this.#deps
    const aedes = new Aedes({
      persistence: this.#sessions,
      // No bound on messages under way: a slow subscriber must not hold up the others. Each one's own
      // backlog is bounded in authorizeForward and by drainTimeout.
      concurrency: 0,
      drainTimeout: limits.frozenAfterMs,
      connectTimeout: limits.connectTimeoutMs,
      maxClientsIdLength: limits.clientIdLengthMax,
      maxTopicLevels: 100,
      preConnect: (client, packet, done) => preConnect(limits, client, packet, done),
      authenticate: (client, username, password, done) =>
        this.#authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => this.#gate.authorize(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        const allowed = this.#peers.get(client)?.maySubscribe(subscription.topic) === true
        if (allowed) this.#wanted.note(subscription.topic)
        else this.#note('mqtt.not-allowed', client, subscription.topic)
        done(null, allowed ? subscription : null)
      },
      authorizeForward: (client, packet) => {
        // A provisioning credential may have subscribed before the device became somebody else's.
        if (
          packet.topic.endsWith('/command') &&
          this.#peers.get(client)?.maySubscribe(packet.topic) !== true
        )
          return null
        if ((client.conn.writableLength ?? 0) <= limits.outboundBytesMax) return packet
        this.#counters.add('mqtt.slow-subscriber')
        return null
      },
    })
    this.#shortCut(aedes)
    aedes.on('client', (client) => {
      this.#clients.set(client.id, client)
    })
    aedes.on('clientDisconnect', (client) => {
      if (this.#clients.get(client.id) === client) this.#clients.delete(client.id)
    })
    aedes.on('connectionError', () => this.#counters.add('mqtt.connection-refused'))
    aedes.on('clientError', () => this.#counters.add('mqtt.connection-failed'))
    ;(aedes as EventEmitter).on('error', (error) => deps.logger.error({ error }, 'broker'))
    return aedes
  }

  /**
   * Two changes to aedes' way of a message that has been committed: one that nobody wants ends here,
   * and the publisher does not wait until the slowest subscriber has drained.
   */
  #shortCut(aedes: Aedes): void {
    const route = (aedes.publish as (...args: PublishArgs) => void).bind(aedes)
    const publish = (...[packet, client, done]: PublishArgs): void => {
      if (client === null || typeof client !== 'object') {
        route(packet, client, done)
        return
      }
      if (packet.topic !== nowhere)
        route(packet, client, (error) => {
          if (error) this.#deps.logger.warn({ error, topic: packet.topic }, 'not routed')
        })
      done?.()
    }
    aedes.publish = publish
    const handle = aedes.handle
    aedes.handle = (stream, request) => {
      const client = handle(stream, request)
      tooDeep(client, (packet) => this.#refuseDeep(client, packet))
      return client
    }
  }

  #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: null, success: boolean) => void,
  ): void {
    const given = signInOf(username, password)
    const credential = this.#deps.roster.credential(given.username)
    const fits = secretFits(credential, given.secret)
    const { roster, clock, firstSeen = null } = this.#deps
    const mayToken = !given.token || credential?.kind === 'adapter'
    if (!fits || credential === null || !mayToken) {
      this.#counters.add('mqtt.sign-in-refused')
      done(null, false)
      return
    }
    const peer = new Peer(credential, { roster, firstSeen }, this.#limits, clock())
    if (!peer.isValid()) {
      done(null, false)
      return
    }
    // A session belongs to its credential: nobody takes over another's by knowing its identifier.
    ;(client as { id: string }).id = `${credential.username} ${client.id}`
    this.#peers.set(client, peer)
    done(null, true)
  }

  #refuseDeep(client: Client, packet: PublishPacket): void {
    const peer = this.#peers.get(client)
    if (peer === undefined) client.conn.destroy()
    else this.#gate.refuse(client, peer, packet, 'mqtt.topic-too-deep', () => undefined)
  }

  #note(code: ErrorCode, client: Client, topic: string): void {
    const username = this.#peers.get(client)?.credential.username ?? ''
    this.#gate.note(code, topic, username, 0, 'subscribe')
    if (this.#peers.get(client)?.offend(this.#deps.clock()) === true) client.conn.destroy()
  }

  #noteOversize(socket: { client?: Client }): void {
    const username = socket.client && this.#peers.get(socket.client)?.credential.username
    this.#gate.note('mqtt.packet-too-large', '', username ?? '', 0, 'connection closed')
  }
}
