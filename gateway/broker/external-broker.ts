import { connect, type IPublishPacket, type MqttClient } from 'mqtt'
import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import { deviceTopic, gatewayDevice, topicRoot } from '../../contracts/topics.ts'
import { backoffMs } from '../model/backoff.ts'
import type { ForeignWants } from '../model/foreign.ts'
import { AckWriter } from './ack-writer.ts'
import type { Broker, BrokerDeps, BrokerStats, MessageHandler, PublishOptions } from './broker.ts'
import { type BrokerProblem, failureOf } from './broker-failure.ts'
import { Counters } from './counters.ts'
import { ExternalIntake } from './external-intake.ts'
import { clientOptions, type ExternalBrokerOptions } from './external-options.ts'
import { ForeignTopics } from './foreign-topics.ts'
import { PictureTopics } from './picture-topics.ts'
import { LocalSubscribers } from './local-subscribers.ts'
import { subscribeEach } from './subscribe-each.ts'

type BrokerNeeds = Pick<
  BrokerDeps,
  'roster' | 'record' | 'onFrame' | 'onQuarantine' | 'clock' | 'logger'
> & { readonly random: () => number }
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
  readonly #foreign = new ForeignTopics()
  readonly #pictures = new PictureTopics()
  readonly #intake: ExternalIntake
  readonly #onConnected: (() => void)[] = []
  #client: MqttClient | null = null
  #publishing = 0
  /** Why there is no connection; null while there is one. */
  #lost: BrokerProblem | null = { code: 'broker.unreachable', detail: 'not yet connected' }
  /** What the broker does not let us do, by code, while we are connected. */
  readonly #limited = new Map<string, BrokerProblem>()
  #failures = 0
  #echo: NodeJS.Timeout | null = null

  constructor(deps: BrokerNeeds, options: ExternalBrokerOptions) {
    this.#deps = deps
    this.#options = options
    this.#intake = new ExternalIntake({
      ...deps,
      counters: this.#counters,
      local: this.#local,
      foreign: this.#foreign,
      pictures: this.#pictures,
      onEcho: () => {
        this.#stopListening()
        this.#limit('broker.deaf', '')
      },
    })
  }

  /** Comes back without a connection too: it goes on trying, and `stats` says so. */
  async start(): Promise<{ port: null; tlsPort: null }> {
    const client = connect(this.#options.url, clientOptions(this.#options))
    this.#client = client
    client.on('connect', () => void this.#connected(client))
    client.on('error', (error) => this.#failed(failureOf(error)))
    // Before MQTT.js' own listener, which takes the wait from its options.
    client.prependListener('close', () => this.#closed(client))
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
    this.#stopListening()
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

  onConnected(handler: () => void): void {
    this.#onConnected.push(handler)
  }

  want(wants: ForeignWants): void {
    this.#pictures.want(wants)
    const { add, drop } = this.#foreign.want(wants)
    const client = this.#client
    if (client?.connected !== true) return
    const failed = (error: unknown): void => this.#failed(failureOf(error))
    this.#foreign.subscribe(client, add).catch(failed)
    this.#foreign.unsubscribe(client, drop).catch(failed)
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
      messagesIn: this.#intake.messagesIn,
      framesIn: this.#intake.framesIn,
      dropped: { ...this.#counters.snapshot(), 'broker.foreign-refused': this.#foreign.refused },
      refusedTopics: this.#foreign.refusedShown,
      problems: [...(this.#lost === null ? [] : [this.#lost]), ...this.#limited.values()],
    }
  }

  async #connected(client: MqttClient): Promise<void> {
    const below = `${topicRoot}/${this.#options.community}/+`
    try {
      const refused = [
        ...(await subscribeEach(
          client,
          recorded.map((leaf) => `${below}/${leaf}`),
          1,
        )),
        ...(await subscribeEach(client, [`${below}/frame`, `${below}/frame/+`], 0)),
      ]
      this.#limit('broker.subscription-refused', refused.join(', '))
      await this.#foreign.subscribeAll(client)
      this.#listen()
      await this.#say(client, 'online')
      this.#greet(client)
      for (const handler of this.#onConnected) handler()
      this.#lost = null
      this.#failures = 0
      this.#deps.logger.info({ community: this.#options.community }, 'external broker connected')
    } catch (error) {
      this.#failed(failureOf(error))
      client.stream.destroy()
    }
  }

  /** Producers answer with a flood, so gateways of one broker do not greet at the same moment. */
  #greet(client: MqttClient): void {
    const waitMs = (this.#options.greetAfterMs ?? 2_000) * this.#deps.random()
    setTimeout(() => {
      if (!client.connected || this.#client !== client) return
      for (const { topic, payload, qos } of this.#foreign.greetings)
        client
          .publishAsync(topic, payload, { qos })
          .catch((error: unknown) => this.#failed(failureOf(error)))
    }, waitMs).unref()
  }

  /** Another wait before each try, so that the clients of a broker that restarts do not come all at once. */
  #closed(client: MqttClient): void {
    this.#stopListening()
    this.#failed({ code: 'broker.unreachable', detail: 'connection lost' })
    client.options.reconnectPeriod = Math.ceil(
      backoffMs(++this.#failures, this.#deps.random, {
        baseMs: this.#options.reconnectEveryMs ?? 500,
        capMs: this.#options.reconnectMaxMs ?? 15_000,
      }),
    )
  }

  /**
   * mosquitto acknowledges what its access list throws away, and grants subscriptions to topics that it will not
   * deliver. Our own status comes back to us where we may both write and read.
   */
  #listen(): void {
    this.#stopListening()
    this.#echo = setTimeout(
      () => this.#limit('broker.deaf', `${topicRoot}/${this.#options.community}/#`),
      this.#options.echoMs ?? 10_000,
    )
    this.#echo.unref()
  }

  #stopListening(): void {
    if (this.#echo !== null) clearTimeout(this.#echo)
    this.#echo = null
  }

  #limit(code: ErrorCode, detail: string): void {
    if (detail === '') this.#limited.delete(code)
    else {
      if (!this.#limited.has(code)) this.#deps.logger.warn({ code, detail }, 'external broker')
      this.#counters.add(code)
      this.#limited.set(code, { code, detail })
    }
  }

  async #say(client: MqttClient, status: 'online' | 'offline'): Promise<void> {
    const topic = deviceTopic(this.#options.community, gatewayDevice, 'status')
    await client.publishAsync(topic, status, { qos: 1, retain: true })
  }

  /** The close that follows says less than the error before it. */
  #failed(problem: BrokerProblem): void {
    this.#counters.add(problem.code)
    if (this.#lost !== null && problem.detail === 'connection lost') return
    if (this.#lost?.code !== problem.code) this.#deps.logger.warn(problem, 'external broker lost')
    this.#lost = problem
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
    this.#intake.take({ topic, payload, retain: packet.retain }, acknowledge)
  }
}
