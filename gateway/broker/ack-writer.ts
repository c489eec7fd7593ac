import type { Writable } from 'node:stream'
import type { Done } from './broker.ts'

interface Waiting {
  readonly stream: Writable
  readonly messageIds: number[]
  readonly dones: Done[]
}

/**
 * Writes the PUBACKs of one commit in one write per connection: a commit frees hundreds of messages at
 * once, and four bytes each would otherwise be hundreds of small writes [MQTT-3.4].
 */
export class AckWriter {
  #waiting = new Map<Writable, Waiting>()

  /** `done` is called after the acknowledgement has been handed to the socket. */
  add(stream: Writable, messageId: number, done: Done): void {
    let waiting = this.#waiting.get(stream)
    if (waiting === undefined) {
      waiting = { stream, messageIds: [], dones: [] }
      if (this.#waiting.size === 0) queueMicrotask(() => this.#flush())
      this.#waiting.set(stream, waiting)
    }
    waiting.messageIds.push(messageId)
    waiting.dones.push(done)
  }

  #flush(): void {
    const all = this.#waiting
    this.#waiting = new Map()
    for (const { stream, messageIds } of all.values()) {
      if (stream.destroyed) continue
      const bytes = Buffer.allocUnsafe(messageIds.length * 4)
      let at = 0
      for (const messageId of messageIds) {
        bytes[at] = 0x40
        bytes[at + 1] = 2
        bytes[at + 2] = messageId >> 8
        bytes[at + 3] = messageId & 0xff
        at += 4
      }
      stream.write(bytes)
    }
    for (const { dones } of all.values()) for (const done of dones) done(null)
  }
}
