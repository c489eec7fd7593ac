import type { IClientOptions } from 'mqtt'
import { deviceTopic, gatewayDevice } from '../../contracts/topics.ts'

export interface ExternalBrokerOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  readonly community: string
  /** Names the session that the broker keeps; two gateways must not share one. */
  readonly clientId?: string
  /** PEM of the authority that signed the broker's certificate; trusted in place of the system's. */
  readonly ca?: string
  /** PEM of our own certificate and its key, for brokers that ask for one. */
  readonly cert?: string
  readonly key?: string
  /** Shortest wait before the next try, ms; it doubles up to `reconnectMaxMs`, of which half is chance. */
  readonly reconnectEveryMs?: number
  readonly reconnectMaxMs?: number
  readonly connectTimeoutMs?: number
  /** How long `start` waits for the first connection before it goes on without, ms. */
  readonly startWaitMs?: number
  /** How long our own status may take to come back before we say that we are deaf, ms. */
  readonly echoMs?: number
  /** Longest pause between a connection and what is said to the devices of others, ms. */
  readonly greetAfterMs?: number
  /** Commands on their way to the broker at most. */
  readonly publishesMax?: number
}

/**
 * A fixed identifier and `clean: false`: the broker keeps what comes with QoS 1 while we are away
 * [MQTT-3.1.2-5]. Subscriptions are made anew at each connection, so that a new one needs no new session.
 */
export function clientOptions(options: ExternalBrokerOptions): IClientOptions {
  const { community, username, password, ca, cert, key, clientId } = options
  return {
    protocolVersion: 4,
    clean: false,
    clientId: clientId ?? `linli-gateway-${community}`,
    keepalive: 30,
    connectTimeout: options.connectTimeoutMs ?? 10_000,
    queueQoSZero: false,
    resubscribe: false,
    reconnectOnConnackError: true,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    will: {
      topic: deviceTopic(community, gatewayDevice, 'status'),
      payload: Buffer.from('offline'),
      qos: 1,
      retain: true,
    },
  }
}
