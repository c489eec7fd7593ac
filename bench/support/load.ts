import net from 'node:net'
import mqttPacket from 'mqtt-packet'
import { answerParent } from './child.ts'
import { PacketTrain } from './packet-train.ts'

/** The load generator: QoS 1 readings over raw sockets, packets encoded once and only renumbered. */
export interface LoadOrder {
  readonly port: number
  readonly community: string
  readonly clients: readonly {
    readonly clientId: string
    readonly device: string
    readonly username?: string
    readonly password?: string
  }[]
  /** Unacknowledged messages per connection at most. */
  readonly window: number
  readonly seconds: number
  /** Of all connections together; null sends as fast as acknowledgements come. */
  readonly perSecond: number | null
  /** First `seq`; ten digits. */
  readonly firstSeq: number
}

export interface LoadReport {
  readonly acked: number
  readonly perSecond: number
  /** From the write of a train of packets to its last acknowledgement. */
  readonly ackP50Ms: number
  readonly ackP99Ms: number
}

const trainLength = 32
const tickMs = 4

class Connection {
  readonly #socket: net.Socket
  readonly #train: PacketTrain
  readonly #window: number
  #sent = 0
  #bytes = 0
  #open = false
  /** Trains that are not fully acknowledged: messages sent by then, and when. */
  #trains: [sentBy: number, at: number][] = []
  readonly delaysMs: number[] = []
  /** Messages that it may send by now; endless without a rate. */
  allowed = 0

  constructor(order: LoadOrder, number: number) {
    const client = order.clients[number]
    if (client === undefined) throw new Error('no such client')
    this.#window = order.window
    this.#train = new PacketTrain({
      topic: `linli/v1/${order.community}/${client.device}/telemetry`,
      length: trainLength,
      firstSeq: order.firstSeq,
    })
    this.#socket = net.connect({ port: order.port, host: '127.0.0.1', noDelay: true })
    this.#socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 60,
        clientId: client.clientId,
        ...(client.username === undefined ? {} : { username: client.username }),
        ...(client.password === undefined ? {} : { password: Buffer.from(client.password) }),
      }),
    )
  }

  get acked(): number {
    return this.#bytes >> 2
  }

  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject)
      this.#socket.once('data', (connack) => {
        if (connack[3] !== 0) {
          reject(new Error(`connection refused: ${connack[3]}`))
          return
        }
        this.#open = true
        this.#socket.on('data', (chunk) => this.#acknowledged(chunk.length))
        resolve()
      })
    })
  }

  /** Sends whole trains while the window and the allowance have room. */
  pump(): void {
    while (
      this.#open &&
      this.#sent - this.acked + trainLength <= this.#window &&
      this.#sent + trainLength <= this.allowed
    ) {
      this.#sent += trainLength
      this.#trains.push([this.#sent, performance.now()])
      this.#socket.write(this.#train.next(Date.now()))
    }
  }

  end(): void {
    this.#open = false
    this.#socket.destroy()
  }

  #acknowledged(bytes: number): void {
    this.#bytes += bytes
    const now = performance.now()
    for (let first = this.#trains[0]; first !== undefined; first = this.#trains[0]) {
      if (first[0] > this.acked) break
      this.delaysMs.push(now - first[1])
      this.#trains.shift()
    }
    this.pump()
  }
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const connections = order.clients.map((_, number) => new Connection(order, number))
  await Promise.all(connections.map((connection) => connection.connected()))
  const started = performance.now()
  const ticker = setInterval(() => {
    const due = ((performance.now() - started) / 1_000) * (order.perSecond ?? Infinity)
    for (const connection of connections) {
      connection.allowed = due / connections.length
      connection.pump()
    }
  }, tickMs)
  await new Promise((resolve) => setTimeout(resolve, order.seconds * 1_000))
  clearInterval(ticker)
  const elapsed = (performance.now() - started) / 1_000
  const acked = connections.reduce((sum, connection) => sum + connection.acked, 0)
  for (const connection of connections) connection.end()
  const delays = connections.flatMap((connection) => connection.delaysMs).sort((a, b) => a - b)
  const at = (share: number): number => delays[Math.floor(delays.length * share)] ?? 0
  return { acked, perSecond: acked / elapsed, ackP50Ms: at(0.5), ackP99Ms: at(0.99) }
}

answerParent((order: LoadOrder) => run(order))
