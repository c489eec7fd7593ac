import net from 'node:net'
import mqttPacket from 'mqtt-packet'

export interface SenderOptions {
  readonly port: number
  readonly device: string
  readonly username: string
  readonly password: string
}

const flightMax = 1_000
const reconnectMs = 20

/**
 * A device as it should be: sends QoS 1, keeps what is not acknowledged, and sends it again, as it was,
 * after every broken connection. What is acknowledged it forgets at once.
 */
export class SteadySender {
  readonly #options: SenderOptions
  readonly #topic: string
  readonly #waiting: Buffer[] = []
  readonly #flight = new Map<number, Buffer>()
  #socket: net.Socket | null = null
  #timer: NodeJS.Timeout | null = null
  #messageId = 0
  #open = false
  #ended = false
  acked = 0

  constructor(options: SenderOptions) {
    this.#options = options
    this.#topic = `linli/v1/home/${options.device}/telemetry`
  }

  /** Messages that wait for their acknowledgement, sent or not. */
  get owed(): number {
    return this.#waiting.length + this.#flight.size
  }
  get inFlight(): number {
    return this.#flight.size
  }

  start(): void {
    const { port, username, password, device } = this.#options
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    const parser = mqttPacket.parser()
    socket.on('error', () => undefined)
    socket.on('close', () => this.#closed())
    socket.on('data', (chunk) => void parser.parse(chunk))
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connack' && packet.returnCode === 0) this.#opened()
      else if (packet.cmd === 'puback') this.#acknowledged(packet.messageId ?? 0)
    })
    socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 60,
        clientId: device,
        username,
        password: Buffer.from(password),
      }),
    )
  }

  send(payload: object): void {
    this.#waiting.push(Buffer.from(JSON.stringify(payload)))
    this.#pump()
  }

  end(): void {
    this.#ended = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#socket?.destroy()
  }

  #opened(): void {
    this.#open = true
    for (const [messageId, payload] of this.#flight) this.#write(messageId, payload, true)
    this.#pump()
  }

  #pump(): void {
    while (this.#open && this.#flight.size < flightMax) {
      const payload = this.#waiting.shift()
      if (payload === undefined) return
      do this.#messageId = (this.#messageId % 65_535) + 1
      while (this.#flight.has(this.#messageId))
      this.#flight.set(this.#messageId, payload)
      this.#write(this.#messageId, payload, false)
    }
  }

  #write(messageId: number, payload: Buffer, dup: boolean): void {
    this.#socket?.write(
      mqttPacket.generate({
        cmd: 'publish',
        topic: this.#topic,
        payload,
        qos: 1,
        dup,
        retain: false,
        messageId,
      }),
    )
  }

  #acknowledged(messageId: number): void {
    if (this.#flight.delete(messageId)) this.acked++
    this.#pump()
  }

  #closed(): void {
    this.#open = false
    if (!this.#ended) this.#timer = setTimeout(() => this.start(), reconnectMs)
  }
}
