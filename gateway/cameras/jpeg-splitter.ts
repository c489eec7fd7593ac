/**
 * Cuts a stream of JPEGs (ffmpeg's image2pipe) into pictures. Inside a scan a 0xFF byte of data is
 * followed by 0x00 (T.81 B.1.1.5), so that the end marker FF D9 cannot occur there; ffmpeg writes no
 * thumbnails. A picture above `bytesMax` is thrown away and counted.
 */
export class JpegSplitter {
  readonly #bytesMax: number
  readonly #picture: (jpeg: Buffer) => void
  #parts: Buffer[] = []
  #bytes = 0
  #lastByte = 0
  #tooLarge = false
  skipped = 0

  constructor(bytesMax: number, picture: (jpeg: Buffer) => void) {
    this.#bytesMax = bytesMax
    this.#picture = picture
  }

  write(chunk: Buffer): void {
    let from = 0
    if (this.#lastByte === 0xff && chunk[0] === 0xd9) {
      this.#add(chunk.subarray(0, 1))
      this.#finish()
      from = 1
    }
    for (;;) {
      const end = chunk.indexOf('ffd9', from, 'hex')
      if (end === -1) break
      this.#add(chunk.subarray(from, end + 2))
      this.#finish()
      from = end + 2
    }
    if (from < chunk.length) {
      this.#add(chunk.subarray(from))
      this.#lastByte = chunk.at(-1) ?? 0
    }
  }

  #add(part: Buffer): void {
    this.#bytes += part.length
    if (this.#bytes > this.#bytesMax) {
      this.#tooLarge = true
      this.#parts = []
    } else this.#parts.push(part)
  }

  #finish(): void {
    if (this.#tooLarge) this.skipped += 1
    else this.#picture(Buffer.concat(this.#parts))
    this.#parts = []
    this.#bytes = 0
    this.#lastByte = 0
    this.#tooLarge = false
  }
}
