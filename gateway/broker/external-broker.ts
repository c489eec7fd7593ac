import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import { deviceTopic, gatewayDevice, topicRoot } from '../../contracts/topics.ts'
import { externalClient, type LogRecord } from '../model/record.ts'
import { AckWriter } from './ack-writer.ts'
import type { Broker, BrokerDeps, BrokerStats, MessageHandler, PublishOptions } from './broker.ts'
import { Counters } from './counters.ts'
import { refusePayload, routeOf } from './intake.ts'
import { LocalSubscribers } from './local-subscribers.ts'
import { storeRecord } from './store-record.ts'
import { levelCount } from './topic-filter.ts'

export interface ExternalBrokerOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  readonly community: string
  /** Names the session that the broker keeps; two gateways must not share one. */
  readonly clientId?: string
  /** PEM of an authority to trust beside the system's. */
  readonly ca?: string
  readonly reconnectEveryMs?: number
  readonly connectTimeoutMs?: number
  /** How long `start` waits for the first connection before it goes on without, ms. */
  readonly startWaitMs?: number
  /** Commands on their way to the broker at most. */
  readonly publishesMax?: number
}

type BrokerNeeds = Pick<
  BrokerDeps,
  'roster' | 'record' | 'onFrame' | 'onQuarantine' | 'clock' | 'logger'
>
const recorded = ['info', 'status', 'telemetry', 'event', 'ack'] as const
const nothing = Buffer.alloc(0)

/** A client of somebody else's broker, which checks credentials and keeps our session while we are away. */
export function createExternalBroker(deps: BrokerNeeds, options: ExternalBrokerOptions): Broker {
  return new ExternalBroker(deps, options)
}

class ExternalBroker implements Broker {
  readonly #deps: BrokerNeeds
  readonly #options: ExternalBrokerOptions
  readonly #counters = new Counters()
  readonly #local = new LocalSubscribers()
  readonly #acks = new AckWriter()
  #client: MqttClient | null = null
  #messagesIn = 0
  #framesIn = 0
  #publishing = 0
  #lastError: string | null = 'broker.unreachable'

  constructor(deps: BrokerNeeds, options: ExternalBrokerOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** Comes back without a connection too: it goes on trying, and `stats` says so. */
  async start(): Promise<{ port: null; tlsPort: null }> {
    const client = connect(this.#options.url, this.#clientOptions())
    this.#client = client
    client.on('connect', () => void this.#connected(client))
    client.on('error', (error) => this.#failed(error.message))
    client.on('offline', () => this.#failed('connection lost'))
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') this.#receive(client, packet)
    })
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.startWaitMs ?? 2_000)
      client.once('connect', () => {
        clearTimeout(timer)
        resolve()
      })
    })
    return { port: null, tlsPort: null }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = null
    if (client === null) return
    if (client.connected) await this.#say(client, 'offline').catch(() => undefined)
    await client.endAsync(true)
  }

  async publish(
    topic: string,
    payload: string | Uint8Array,
    { qos = 0, retain = false }: PublishOptions = {},
  ): Promise<void> {
    const client = this.#client
    if (client?.connected !== true)
      throw new CodedError('broker.unreachable', this.#options.url.replace(/\/\/.*@/, '//'))
    if (this.#publishing >= (this.#options.publishesMax ?? 1_000)) {
      this.#counters.add('broker.publish-full')
      throw new CodedError('broker.unreachable', 'too many messages on their way')
    }
    this.#publishing++
    try {
      await client.publishAsync(topic, Buffer.from(payload), { qos, retain })
    } finally {
      this.#publishing--
    }
  }

  subscribe(filter: string, handler: MessageHandler): () => void {
    return this.#local.add(filter, handler)
  }

  /** Credentials are the external broker's business. */
  dropRevoked(): number {
    return 0
  }

  stats(): BrokerStats {
    return {
      kind: 'external',
      connected: this.#client?.connected === true,
      clients: 0,
      messagesIn: this.#messagesIn,
      framesIn: this.#framesIn,
      dropped: this.#counters.snapshot(),
      lastError: this.#lastError,
    }
  }

  #clientOptions(): IClientOptions {
    const { community, username, password, ca, clientId } = this.#options
    return {
      protocolVersion: 4,
      clean: false,
      clientId: clientId ?? `linli-gateway-${community}`,
      keepalive: 30,
      reconnectPeriod: this.#options.reconnectEveryMs ?? 500,
      connectTimeout: this.#options.connectTimeoutMs ?? 10_000,
      queueQoSZero: false,
      resubscribe: false,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
      will: {
        topic: deviceTopic(community, gatewayDevice, 'status'),
        payload: Buffer.from('offline'),
        qos: 1,
        retain: true,
      },
    }
  }

  async #connected(client: MqttClient): Promise<void> {
    const below = `${topicRoot}/${this.#options.community}/+`
    try {
      await client.subscribeAsync(
        recorded.map((leaf) => `${below}/${leaf}`),
        { qos: 1 },
      )
      await client.subscribeAsync([`${below}/frame`, `${below}/frame/+`], { qos: 0 })
      await this.#say(client, 'online')
      this.#lastError = null
      this.#deps.logger.info({ community: this.#options.community }, 'external broker connected')
    } catch (error) {
      this.#failed((error as Error).message)
      client.stream.destroy()
    }
  }

  async #say(client: MqttClient, status: 'online' | 'offline'): Promise<void> {
    const topic = deviceTopic(this.#options.community, gatewayDevice, 'status')
    await client.publishAsync(topic, status, { qos: 1, retain: true })
  }

  #failed(detail: string): void {
    this.#counters.add('broker.unreachable')
    if (this.#lastError === null)
      this.#deps.logger.warn({ code: 'broker.unreachable', detail }, 'external broker lost')
    this.#lastError = `broker.unreachable: ${detail}`
  }

  /**
   * Sees a PUBLISH before MQTT.js does. It would take one message at a time and wait for each commit; so
   * it is told that this one needs no acknowledgement, and the PUBACK goes out after the commit.
   */
  #receive(client: MqttClient, packet: IPublishPacket): void {
    const { topic, messageId } = packet
    const payload = packet.payload as Buffer
    const { stream } = client
    const acknowledge = (error: Error | null): void => {
      if (error !== null) {
        // Unacknowledged: the broker sends it again on the next connection.
        this.#counters.add('commit.failed')
        stream.destroy()
      } else if (messageId !== undefined) this.#acks.add(stream, messageId, () => undefined)
    }
    packet.qos = 0
    packet.payload = nothing
    this.#take({ topic, payload, retain: packet.retain }, acknowledge)
  }

  #take(
    message: { readonly topic: string; readonly payload: Buffer; readonly retain: boolean },
    done: (error: Error | null) => void,
  ): void {
    const { topic, payload } = message
    const now = this.#deps.clock()
    const route = routeOf(topic)
    if (route.topic === null || levelCount(topic) > limits.topicLevelsMax) {
      this.#refuse('mqtt.topic-unknown', topic, payload.length, done)
      return
    }
    const { community, device, captureMs } = route.topic
    // Our own words come back to us.
    if (device === gatewayDevice) {
      done(null)
      return
    }
    const blocked = this.#deps.roster.device(community, device)?.state === 'blocked'
    const code = blocked ? 'mqtt.not-allowed' : refusePayload(route, payload)
    if (code !== null) {
      this.#refuse(code, topic, payload.length, done)
      return
    }
    if (route.frame) {
      this.#framesIn++
      this.#deps.onFrame({
        community,
        camera: device,
        capturedAt: captureMs,
        receivedAt: now,
        jpeg: payload,
      })
      done(null)
      return
    }
    this.#messagesIn++
    const record: LogRecord = {
      kind: 'publish',
      receivedAt: now,
      topic,
      client: externalClient,
      retain: message.retain,
      payload,
    }
    const finish = (error: Error | null): void => {
      if (error === null) for (const handler of this.#local.matching(topic)) handler(topic, payload)
      done(error)
    }
    storeRecord(this.#deps.record, record, finish)
  }

  #refuse(
    code: ErrorCode,
    topic: string,
    bytes: number,
    done: (error: Error | null) => void,
  ): void {
    this.#counters.add(code)
    this.#deps.onQuarantine({
      ts: this.#deps.clock(),
      topic: topic.slice(0, 200),
      client: externalClient,
      code,
      detail: '',
      bytes,
    })
    done(null)
  }
}
