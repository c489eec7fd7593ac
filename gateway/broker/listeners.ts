import net, { type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { CodedError } from '../../contracts/errors.ts'
import type { EmbeddedBrokerLimits, EmbeddedBrokerOptions } from './broker-options.ts'
import { PacketGuard } from './packet-guard.ts'

export interface ListenerDeps {
  readonly onConnection: (socket: Duplex) => void
  readonly onOversize: (socket: Duplex) => void
  readonly onFull: () => void
}

/** CONNECT comes from somebody unknown: name, secret, will and little else. */
const connectBytesMax = 64 * 1024
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/** Lets the guard see every chunk before the reader of the socket gets it. */
function guardReads(socket: Duplex, guard: PacketGuard, onOversize: () => void): void {
  const read = socket.read.bind(socket)
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size)
    if (!(chunk instanceof Uint8Array) || guard.accept(chunk)) return chunk
    onOversize()
    socket.destroy()
    return null
  }
}

function listen(server: net.Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE' ? new CodedError('port.in-use', `MQTT ${host}:${port}`) : error,
      )
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/** The TCP and TLS listeners of the embedded broker. Plaintext stays on loopback unless somebody accepted it. */
export class Listeners {
  readonly #options: EmbeddedBrokerOptions
  readonly #limits: EmbeddedBrokerLimits
  readonly #deps: ListenerDeps
  readonly #servers: net.Server[] = []
  #connections = 0

  constructor(options: EmbeddedBrokerOptions, limits: EmbeddedBrokerLimits, deps: ListenerDeps) {
    this.#options = options
    this.#limits = limits
    this.#deps = deps
  }

  async start(): Promise<{ port: number; tlsPort: number | null }> {
    const { port, host = '127.0.0.1', plaintextOffLoopback = false, tls: secure } = this.#options
    const plainHost = loopback.has(host) || plaintextOffLoopback ? host : '127.0.0.1'
    const plain = net.createServer({ noDelay: true }, (socket) => this.#accept(socket))
    this.#servers.push(plain)
    const plainPort = await listen(plain, port, plainHost)
    if (secure === undefined) return { port: plainPort, tlsPort: null }
    const server = tls.createServer(
      { key: secure.key, cert: secure.cert, minVersion: 'TLSv1.2', noDelay: true },
      (socket) => this.#accept(socket),
    )
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    this.#servers.push(server)
    return { port: plainPort, tlsPort: await listen(server, secure.port, host) }
  }

  /** Stops listening; connections are the broker's to close. */
  close(): void {
    for (const server of this.#servers) server.close()
    this.#servers.length = 0
  }

  #accept(socket: Duplex): void {
    if (this.#connections >= this.#limits.connectionsMax) {
      this.#deps.onFull()
      socket.on('error', () => socket.destroy())
      socket.destroy()
      return
    }
    this.#connections++
    socket.once('close', () => {
      this.#connections--
    })
    const guard = new PacketGuard(this.#limits.packetBytesMax, connectBytesMax)
    guardReads(socket, guard, () => this.#deps.onOversize(socket))
    this.#deps.onConnection(socket)
  }
}
