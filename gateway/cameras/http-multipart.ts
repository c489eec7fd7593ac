import { CodedError } from '../../contracts/errors.ts'
import { HeldBytes } from './http-bytes.ts'

export interface MultipartOptions {
  readonly boundary: string
  readonly partBytesMax: number
}

const headersMax = 8 * 1024
const blankLine = Buffer.from('\r\n\r\n')

/** The boundary of a `multipart/x-mixed-replace`; null where the content type is another. */
export function multipartBoundary(contentType: string): string | null {
  if (!/^multipart\/x-mixed-replace\b/i.test(contentType)) return null
  const found = /boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType)
  // Some cameras write the two dashes into the name, some write them twice.
  return (found?.[1] ?? found?.[2] ?? '').replace(/^--/, '') || null
}

/**
 * Cuts an MJPEG stream into its parts: by their Content-Length where they say one, else at the next
 * boundary (RFC 2046 5.1). Never holds more than one part.
 */
export class MultipartReader {
  readonly #boundary: Buffer
  readonly #options: MultipartOptions
  readonly #part: (body: Buffer) => void
  readonly #held = new HeldBytes()
  /** Body bytes that the part's header announced; null while headers are read, -1 where none is said. */
  #length: number | null = null
  /** Up to here no boundary begins. */
  #searched = 0

  constructor(options: MultipartOptions, part: (body: Buffer) => void) {
    this.#options = options
    this.#boundary = Buffer.from(`--${options.boundary}`)
    this.#part = part
  }

  /** @throws CodedError `ffmpeg.failed` where a part or its headers are too large */
  write(chunk: Buffer): void {
    this.#held.append(chunk)
    while (this.#length === null ? this.#takeHeaders() : this.#takeBody(this.#length)) {}
  }

  #takeHeaders(): boolean {
    const end = this.#held.view().indexOf(blankLine)
    if (end === -1) {
      if (this.#held.length > headersMax) throw tooLarge('the headers of a picture are too long')
      return false
    }
    const headers = this.#held.view().subarray(0, end).toString('latin1')
    const said = /^content-length:\s*(\d{1,12})\s*$/im.exec(headers)?.[1]
    this.#length = said === undefined ? -1 : Number(said)
    if (this.#length > this.#options.partBytesMax) throw tooLarge('a picture has more than 4 MiB')
    this.#held.drop(end + blankLine.length)
    this.#searched = 0
    return true
  }

  #takeBody(length: number): boolean {
    const end = length >= 0 ? length : this.#held.view().indexOf(this.#boundary, this.#searched)
    if (end === -1 || this.#held.length < end) {
      this.#searched = Math.max(0, this.#held.length - this.#boundary.length)
      if (this.#held.length > this.#options.partBytesMax + headersMax)
        throw tooLarge('a picture has more than 4 MiB')
      return false
    }
    this.#part(Buffer.from(this.#held.view().subarray(0, end)))
    this.#held.drop(end)
    this.#length = null
    return true
  }
}

const tooLarge = (detail: string): CodedError => new CodedError('ffmpeg.failed', detail)
