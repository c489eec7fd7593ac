const firstCapacity = 64 * 1024

/** Bytes that come in pieces of any size, one by one too: appended in linear time, in one buffer. */
export class HeldBytes {
  #buffer: Buffer = Buffer.alloc(0)
  length = 0

  append(chunk: Buffer): void {
    const needed = this.length + chunk.length
    if (needed > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(firstCapacity, needed, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, this.length)
      this.#buffer = larger
    }
    chunk.copy(this.#buffer, this.length)
    this.length = needed
  }

  /** Valid until the next call of append or drop. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.#buffer.copyWithin(0, count, this.length)
    this.length -= count
  }
}
