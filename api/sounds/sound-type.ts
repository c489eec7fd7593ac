/** Sounds that are taken in; the name is that of the part of ffmpeg that reads them. */
export const soundTypes = ['wav', 'mp3', 'ogg', 'flac', 'mov'] as const
export type SoundType = (typeof soundTypes)[number]

const ascii = (bytes: Buffer, from: number, to: number): string =>
  bytes.toString('latin1', from, to)

/** What the bytes are, by themselves and not by what somebody calls them; null for everything else. */
export function soundTypeOf(bytes: Buffer): SoundType | null {
  if (bytes.length < 12) return null
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WAVE') return 'wav'
  if (ascii(bytes, 0, 4) === 'OggS') return 'ogg'
  if (ascii(bytes, 0, 4) === 'fLaC') return 'flac'
  if (ascii(bytes, 4, 8) === 'ftyp') return 'mov'
  return ascii(bytes, 0, 3) === 'ID3' || isMpegAudio(bytes) ? 'mp3' : null
}

/** Eleven set bits, then no reserved version, layer III, no reserved bitrate or rate (ISO/IEC 11172-3, 2.4.1.3). */
function isMpegAudio(bytes: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = bytes
  const version = (second >> 3) & 3
  const layer = (second >> 1) & 3
  return (
    first === 0xff &&
    (second & 0xe0) === 0xe0 &&
    version !== 1 &&
    layer === 1 &&
    third >> 4 !== 15 &&
    ((third >> 2) & 3) !== 3
  )
}
