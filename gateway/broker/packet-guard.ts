/**
 * Reads the fixed header of every MQTT packet [MQTT-2.2] in a byte stream and nothing else, so that an
 * oversize packet is known from its first five bytes, before anybody gathers it in memory.
 */
export class PacketGuard {
  readonly #bytesMax: number
  readonly #firstBytesMax: number
  /** Payload bytes of the current packet that are still to come. */
  #rest = 0
  /** Within the remaining-length field: the value so far, and its place value. */
  #length = 0
  #place = 0
  #first = true

  /** `firstBytesMax` bounds the CONNECT packet, whose sender nobody knows yet. */
  constructor(bytesMax: number, firstBytesMax: number) {
    this.#bytesMax = bytesMax
    this.#firstBytesMax = firstBytesMax
  }

  /** False when a packet in this chunk is larger than the bound, or its length is malformed. */
  accept(chunk: Uint8Array): boolean {
    let at = 0
    const end = chunk.length
    while (at < end) {
      if (this.#rest > 0) {
        const skipped = Math.min(this.#rest, end - at)
        this.#rest -= skipped
        at += skipped
        continue
      }
      if (this.#place === 0) {
        this.#place = 1
        this.#length = 0
        at++
        continue
      }
      const byte = chunk[at++] ?? 0
      this.#length += (byte & 0x7f) * this.#place
      if ((byte & 0x80) !== 0) {
        this.#place *= 128
        if (this.#place > 128 * 128 * 128) return false
        continue
      }
      if (this.#length > (this.#first ? this.#firstBytesMax : this.#bytesMax)) return false
      this.#first = false
      this.#rest = this.#length
      this.#place = 0
    }
    return true
  }
}
