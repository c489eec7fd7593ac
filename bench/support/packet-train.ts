import mqttPacket from 'mqtt-packet'

export interface TrainOptions {
  readonly topic: string
  /** Packets in one write. */
  readonly length: number
  /** Ten digits, so that a number can be replaced by the next in place. */
  readonly firstSeq: number
}

const digitsOf = (buffer: Buffer, at: number, digits: number, value: number): void => {
  let rest = value
  for (let i = at + digits - 1; i >= at; i--) {
    buffer[i] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}

/** PUBLISH packets encoded once; each time only identifier, time and `seq` are written anew. */
export class PacketTrain {
  readonly #packet: Buffer
  readonly #length: number
  readonly #idAt: number
  readonly #tsAt: number
  readonly #seqAt: number
  #seq: number
  #messageId = 0

  constructor({ topic, length, firstSeq }: TrainOptions) {
    const payload = `{"ts":1000000000000,"seq":${firstSeq},"values":{"temperature":21.5}}`
    this.#packet = mqttPacket.generate({
      cmd: 'publish',
      topic,
      payload,
      qos: 1,
      dup: false,
      retain: false,
      messageId: 1,
    })
    this.#length = length
    this.#seq = firstSeq
    const payloadAt = this.#packet.length - payload.length
    this.#idAt = payloadAt - 2
    this.#tsAt = payloadAt + 6
    this.#seqAt = payloadAt + payload.lastIndexOf(String(firstSeq))
  }

  next(nowMs: number): Buffer {
    const size = this.#packet.length
    const train = Buffer.allocUnsafe(size * this.#length)
    digitsOf(this.#packet, this.#tsAt, 13, nowMs)
    for (let i = 0; i < this.#length; i++) {
      this.#messageId = (this.#messageId % 65_535) + 1
      this.#packet.writeUInt16BE(this.#messageId, this.#idAt)
      digitsOf(this.#packet, this.#seqAt, 10, this.#seq++)
      this.#packet.copy(train, i * size)
    }
    return train
  }
}
