const handshakeBytesMax = 64 * 1024
/** As loosely as ffmpeg's ff_rtsp_read_reply takes a status, which is atoi of the word after `RTSP/…`. */
const redirectStatus = /^\+?0*3\d\d/

/**
 * Reads what a camera answers until the stream plays. ffmpeg follows an RTSP redirect by itself, to
 * any host, and sends its first UDP packets wherever `source=` points (RFC 2326 11.3, 12.39): both are
 * refused before ffmpeg sees them. Once `PLAY` has been sent, ffmpeg follows nothing any more, and
 * the stream passes unread.
 */
export class RtspReplyGuard {
  readonly #mediaIp: string | null
  /** The last two words, which the next chunk may go on with. */
  #tail = ''
  #bytes = 0
  #playing = false

  /** @param mediaIp the only one that UDP media may come from; null over TCP, where it says nothing */
  constructor(mediaIp: string | null) {
    this.#mediaIp = mediaIp
  }

  /** What ffmpeg says to the camera. */
  onRequest(chunk: Buffer): void {
    if (chunk.subarray(0, 5).toString('latin1') !== 'PLAY ') return
    this.#playing = true
    this.#tail = ''
  }

  /** @returns why the chunk must not be handed on; null where it may */
  onReply(chunk: Buffer): string | null {
    if (this.#playing) return null
    this.#bytes += chunk.length
    if (this.#bytes > handshakeBytesMax) return 'answers too long before the stream'
    const words = (this.#tail + chunk.toString('latin1')).split(/\s+/)
    this.#tail = words.slice(-2).join(' ')
    for (const [i, word] of words.entries()) {
      if (word.includes('RTSP/') && redirectStatus.test(words[i + 1] ?? ''))
        return 'redirects to another address, which is not followed'
      // The last word may still be cut off by the end of the chunk.
      if (i < words.length - 1 && !this.#mayStream(word)) return 'streams from another address'
    }
    return null
  }

  #mayStream(word: string): boolean {
    if (this.#mediaIp === null) return true
    const from = /;source=([^;,]*)/i.exec(word)?.[1]
    return from === undefined || from === this.#mediaIp
  }
}
