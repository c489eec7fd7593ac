import { CodedError } from '../contracts/errors.ts'
import { limits } from '../contracts/limits.ts'

/** What a JPEG says of itself before a pixel of it is decoded. Size as stored; `orientation` is EXIF 1..8. */
export interface JpegHeader {
  readonly storedWidthPx: number
  readonly storedHeightPx: number
  readonly orientation: number
}

/** A quarter turn swaps the sides (EXIF 2.32, tag 0x0112, values 5..8). */
export const turnsSideways = (orientation: number): boolean => orientation >= 5

/**
 * Reads the markers up to the frame header (ITU-T T.81 annex B), in bounded time and no memory, so
 * that a picture too large, or no JPEG at all, is refused before a decoder sees it.
 *
 * @throws CodedError `frame.not-jpeg` by magic, `frame.damaged` without a frame header,
 *   `frame.too-large` above 4 MiB or 25 megapixels
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes.length > limits.frameBytesMax)
    throw new CodedError('frame.too-large', `${bytes.length} bytes`)
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff)
    throw new CodedError('frame.not-jpeg', `starts with ${hexStart(bytes)}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let orientation = 1
  let at = 2
  while (at + 4 <= bytes.length) {
    if (view.getUint8(at) !== 0xff) break
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const length = view.getUint16(at + 2)
    if (isFrameHeader(marker)) return sizeOf(view, at, orientation)
    if (marker === 0xe1) orientation = exifOrientation(view, at + 4, at + 2 + length) ?? orientation
    if (marker === 0xda || length < 2) break
    at += 2 + length
  }
  throw new CodedError('frame.damaged', 'no frame header')
}

/** SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

function sizeOf(view: DataView, at: number, orientation: number): JpegHeader {
  if (at + 9 > view.byteLength) throw new CodedError('frame.damaged', 'frame header cut off')
  const storedHeightPx = view.getUint16(at + 5)
  const storedWidthPx = view.getUint16(at + 7)
  if (storedWidthPx === 0 || storedHeightPx === 0)
    throw new CodedError('frame.damaged', `${storedWidthPx}x${storedHeightPx} pixels`)
  if (storedWidthPx * storedHeightPx > limits.framePixelsMax)
    throw new CodedError('frame.too-large', `${storedWidthPx}x${storedHeightPx} pixels`)
  return { storedWidthPx, storedHeightPx, orientation }
}

/** Tag 0x0112 of the first directory; null where there is none or the block is malformed. */
function exifOrientation(view: DataView, from: number, to: number): number | null {
  const end = Math.min(to, view.byteLength)
  if (from + 14 > end || view.getUint32(from) !== 0x45786966) return null
  const tiff = from + 6
  const little = view.getUint16(tiff) === 0x4949
  const directory = tiff + view.getUint32(tiff + 4, little)
  if (directory + 2 > end) return null
  const entries = view.getUint16(directory, little)
  for (let i = 0; i < entries; i += 1) {
    const entry = directory + 2 + i * 12
    if (entry + 12 > end) return null
    if (view.getUint16(entry, little) !== 0x0112) continue
    const value = view.getUint16(entry + 8, little)
    return value >= 1 && value <= 8 ? value : null
  }
  return null
}

const hexStart = (bytes: Uint8Array): string =>
  bytes.length === 0 ? 'nothing' : Buffer.from(bytes.subarray(0, 4)).toString('hex')
