import mqtt, { type MqttClient } from 'mqtt'
import { deviceTopic, type Leaf } from '../../contracts/topics.ts'

export interface LinkOptions {
  readonly url: string
  readonly community: string
  readonly device: string
  readonly username: string
  readonly password: string
}

/** One device's own MQTT connection: its credential, its will, nothing shared with the others. */
export interface DeviceLink {
  /** Resolves when the broker has accepted it and knows `info` and `status`. */
  open(): Promise<void>
  /** QoS 1: resolves with the PUBACK. */
  send(leaf: Leaf, payload: string, retain?: boolean): Promise<void>
  /** QoS 0; false when the picture before is still on its way: a camera skips, it does not queue. */
  frame(jpeg: Buffer, capturedAt: number): boolean
  onCommand(listener: (payload: Buffer) => void): void
  /** Cuts the cable without a word, so that the will is published; it stays cut. */
  cut(): void
  /** Says `offline` and disconnects in good order. */
  close(): Promise<void>
}

const connectTimeoutMs = 10_000
const reconnectMs = 1_000
const goodbyeMs = 2_000

/** `info` is the retained self-description, a JSON text. The constructor does no I/O. */
export function createLink(options: LinkOptions, info: string): DeviceLink {
  const topic = (leaf: Leaf): string => deviceTopic(options.community, options.device, leaf)
  let client: MqttClient | null = null
  let framePending = false
  let commandListener: ((payload: Buffer) => void) | null = null

  const connected = (): MqttClient => {
    if (client === null) throw new Error(`invariant broken: ${options.device} is not open`)
    return client
  }
  const send = async (leaf: Leaf, payload: string, retain = false): Promise<void> => {
    await connected().publishAsync(topic(leaf), payload, { qos: 1, retain })
  }
  return {
    send,
    async open() {
      client = mqtt.connect(options.url, {
        clientId: `${options.community}-${options.device}`,
        username: options.username,
        password: options.password,
        clean: true,
        keepalive: 30,
        connectTimeout: connectTimeoutMs,
        reconnectPeriod: reconnectMs,
        queueQoSZero: false,
        will: { topic: topic('status'), payload: Buffer.from('offline'), qos: 1, retain: true },
      })
      // MQTT.js connects again by itself; an error event without a listener would end the process.
      client.on('error', () => undefined)
      client.on('message', (_topic, payload) => commandListener?.(payload))
      await firstConnection(client, options.device)
      await client.subscribeAsync(topic('command'), { qos: 1 })
      await send('info', info, true)
      await send('status', 'online', true)
      // After a broker restart the will has been published for us: say that we are back.
      client.on('connect', () => {
        send('status', 'online', true).catch(() => undefined)
      })
    },
    frame(jpeg, capturedAt) {
      const live = connected()
      if (framePending || !live.connected) return false
      framePending = true
      live.publish(`${topic('frame')}/${capturedAt}`, jpeg, { qos: 0 }, () => {
        framePending = false
      })
      return true
    },
    onCommand(listener) {
      commandListener = listener
    },
    cut() {
      const live = connected()
      live.options.reconnectPeriod = 0
      live.stream.destroy()
    },
    async close() {
      if (client === null) return
      if (client.connected) await sayGoodbye(client, topic('status'))
      else await client.endAsync(true)
      client = null
    },
  }
}

/** With DISCONNECT, so that the will stays unsaid; by force where that takes too long. */
async function sayGoodbye(client: MqttClient, statusTopic: string): Promise<void> {
  const leave = async (): Promise<void> => {
    await client.publishAsync(statusTopic, 'offline', { qos: 1, retain: true })
    await client.endAsync(false)
  }
  const patience = new Promise((resolve) => setTimeout(resolve, goodbyeMs))
  await Promise.race([leave().catch(() => undefined), patience])
  client.end(true)
}

async function firstConnection(client: MqttClient, device: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let lastError = 'no answer'
    const timer = setTimeout(() => {
      client.end(true)
      reject(new Error(`${device} could not connect within ${connectTimeoutMs} ms: ${lastError}`))
    }, connectTimeoutMs)
    client.on('error', (error) => {
      lastError = error.message
    })
    client.once('connect', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
