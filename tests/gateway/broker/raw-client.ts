import net from 'node:net'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { secret } from './rig.ts'

/** MQTT by hand, for what a well-behaved client library would not send. */
export class RawClient {
  readonly socket: net.Socket
  readonly packets: Packet[] = []
  closed = false
  readonly #waiting: { cmd: string; resolve: (packet: Packet) => void }[] = []

  constructor(port: number) {
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    this.socket.setMaxListeners(0)
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.closed = true
    })
    const parser = mqttPacket.parser()
    parser.on('packet', (packet) => {
      const at = this.#waiting.findIndex(({ cmd }) => cmd === packet.cmd)
      if (at === -1) this.packets.push(packet)
      else this.#waiting.splice(at, 1)[0]?.resolve(packet)
    })
    this.socket.on('data', (chunk) => parser.parse(chunk))
  }

  async connect(username: string, clientId: string, clean = true): Promise<this> {
    this.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean,
      clientId,
      keepalive: 60,
      username,
      password: Buffer.from(secret),
    })
    await this.hear('connack')
    return this
  }

  send(packet: Packet): void {
    this.socket.write(mqttPacket.generate(packet))
  }

  publish(
    topic: string,
    payload: string | Buffer,
    qos: 0 | 1 | 2,
    messageId = 1,
    dup = false,
  ): void {
    this.send({ cmd: 'publish', topic, payload, qos, messageId, dup, retain: false })
  }

  hear(cmd: string): Promise<Packet> {
    const at = this.packets.findIndex((packet) => packet.cmd === cmd)
    if (at !== -1) return Promise.resolve(this.packets.splice(at, 1)[0] as Packet)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ cmd, resolve })
      this.socket.once('close', () => reject(new Error(`closed before ${cmd}`)))
    })
  }

  end(): void {
    this.socket.destroy()
  }
}
