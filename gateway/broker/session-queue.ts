/** A packet on its way to a client with a kept session. */
export interface QueuedPacket {
  cmd: string
  brokerId?: string
  /** The broker's running number of the message; a `pubrel` has none. */
  brokerCounter?: number
  topic?: string
  payload?: Buffer
  qos?: number
  retain?: boolean
  dup?: boolean
  messageId?: number | undefined
}

/** In order, found by running number or by packet identifier; the oldest goes when it is full. */
export class SessionQueue {
  readonly #packets = new Map<number, QueuedPacket>()
  readonly #byMessageId = new Map<number, number>()
  readonly #messagesMax: number
  readonly #bytesMax: number
  #bytes = 0

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax
    this.#bytesMax = bytesMax
  }

  get size(): number {
    return this.#packets.size
  }
  get bytes(): number {
    return this.#bytes
  }

  /** Returns how many old packets had to go. */
  push(packet: QueuedPacket): number {
    const counter = packet.brokerCounter ?? 0
    // The payload is a view into a whole read of the socket: keep the bytes, not the read.
    const payload = Buffer.from(packet.payload ?? Buffer.alloc(0))
    this.#packets.set(counter, {
      cmd: packet.cmd,
      ...(packet.brokerId === undefined ? {} : { brokerId: packet.brokerId }),
      brokerCounter: counter,
      ...(packet.topic === undefined ? {} : { topic: packet.topic }),
      payload,
      qos: packet.qos ?? 0,
      retain: packet.retain ?? false,
      dup: packet.dup ?? false,
      messageId: undefined,
    })
    this.#bytes += payload.length
    let dropped = 0
    while (this.#packets.size > this.#messagesMax || this.#bytes > this.#bytesMax) {
      const oldest = this.#packets.keys().next().value
      if (oldest === undefined) break
      this.#delete(oldest)
      dropped++
    }
    return dropped
  }

  /** Notes the identifier under which a packet was sent, or puts its `pubrel` in its place. */
  update(packet: QueuedPacket): void {
    const counter = packet.brokerCounter ?? this.#byMessageId.get(packet.messageId ?? 0)
    if (counter === undefined) return
    const kept = this.#packets.get(counter)
    if (kept === undefined || packet.messageId === undefined) return
    if (packet.brokerCounter === undefined) {
      this.#bytes -= kept.payload?.length ?? 0
      this.#packets.set(counter, packet)
    } else kept.messageId = packet.messageId
    this.#byMessageId.set(packet.messageId, counter)
  }

  /** Acknowledged: takes it out and returns it. */
  clear(messageId: number | undefined): QueuedPacket | undefined {
    const counter = messageId === undefined ? undefined : this.#byMessageId.get(messageId)
    if (counter === undefined) return undefined
    const kept = this.#packets.get(counter)
    this.#delete(counter)
    return kept
  }

  packets(): QueuedPacket[] {
    return [...this.#packets.values()]
  }

  #delete(counter: number): void {
    const kept = this.#packets.get(counter)
    if (kept === undefined) return
    this.#packets.delete(counter)
    this.#bytes -= kept.payload?.length ?? 0
    if (kept.messageId !== undefined && this.#byMessageId.get(kept.messageId) === counter)
      this.#byMessageId.delete(kept.messageId)
  }
}
