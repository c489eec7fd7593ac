import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'

/** More than so many bytes that the broker has not taken: the camera leaves its next frame out. */
const unsentBytesMax = 1_000_000

/**
 * A camera that publishes frames at QoS 0 on a socket of its own. It writes its packets itself: hundreds
 * of full clients in one process would take the processor from the gateway that is measured.
 */
export class FrameSender {
  readonly #socket: Socket
  readonly #topic: string
  sent = 0
  /** Frames left out because the broker had not taken those before. */
  held = 0

  private constructor(socket: Socket, topic: string) {
    this.#socket = socket
    this.#topic = topic
  }

  static async open(options: {
    readonly port: number
    readonly community: string
    readonly camera: string
    readonly password: string
  }): Promise<FrameSender> {
    const { port, community, camera, password } = options
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.setNoDelay(true)
    const packet = mqttPacket.generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: camera,
      keepalive: 600,
      username: camera,
      password: Buffer.from(password),
    })
    socket.write(packet)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    // CONNACK: type 2, length 2, flags, return code.
    if (answer[0] !== 0x20 || answer[3] !== 0) throw new Error(`${camera} was refused`)
    socket.resume()
    socket.on('error', () => socket.destroy())
    return new FrameSender(socket, `linli/v1/${community}/${camera}/frame/`)
  }

  get alive(): boolean {
    return !this.#socket.destroyed
  }

  send(jpeg: Buffer, ts: number): void {
    if (this.#socket.writableLength > unsentBytesMax) {
      this.held += 1
      return
    }
    this.#socket.cork()
    this.#socket.write(publishHead(`${this.#topic}${ts}`, jpeg.length))
    this.#socket.write(jpeg)
    this.#socket.uncork()
    this.sent += 1
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** Fixed header and topic of a PUBLISH at QoS 0 (MQTT 3.1.1, 3.3); the payload follows it. */
export function publishHead(topic: string, payloadBytes: number): Buffer {
  const name = Buffer.from(topic)
  let left = 2 + name.length + payloadBytes
  const length: number[] = []
  do {
    const digit = left % 128
    left = Math.floor(left / 128)
    length.push(left > 0 ? digit + 128 : digit)
  } while (left > 0)
  return Buffer.concat([Buffer.of(0x30, ...length, name.length >> 8, name.length & 0xff), name])
}
