import sharp, { type Sharp } from 'sharp'
import { CodedError } from '../contracts/errors.ts'
import { limits } from '../contracts/limits.ts'
import type { DecodedImage } from './image.ts'
import { readJpegHeader, turnsSideways } from './jpeg-header.ts'

/**
 * Call once per process: no cache of decoded pictures (each is seen once), one thread per picture
 * (parallelism comes from the workers).
 */
export function tuneDecoder(): void {
  sharp.cache(false)
  sharp.concurrency(1)
}

/**
 * JPEG bytes to interleaved RGB, rotated as EXIF says, shrunk to at most `longSideMaxPx` (never
 * enlarged). libjpeg shrinks while it decodes where the factor allows; the rest is a linear reduction.
 *
 * @throws CodedError `frame.not-jpeg`, `frame.too-large`, `frame.damaged` (also a JPEG cut short)
 */
export async function decodeJpeg(
  jpeg: Uint8Array,
  longSideMaxPx = Number.POSITIVE_INFINITY,
): Promise<DecodedImage> {
  const header = readJpegHeader(jpeg)
  const sideways = turnsSideways(header.orientation)
  const originalWidthPx = sideways ? header.storedHeightPx : header.storedWidthPx
  const originalHeightPx = sideways ? header.storedWidthPx : header.storedHeightPx
  let pipeline: Sharp = sharp(jpeg, {
    failOn: 'warning',
    limitInputPixels: limits.framePixelsMax,
    sequentialRead: header.orientation === 1,
  })
  if (header.orientation !== 1) pipeline = pipeline.autoOrient()
  const longSidePx = Math.max(originalWidthPx, originalHeightPx)
  if (longSidePx > longSideMaxPx) {
    const scale = longSideMaxPx / longSidePx
    const widthPx = Math.max(1, Math.round(originalWidthPx * scale))
    const heightPx = Math.max(1, Math.round(originalHeightPx * scale))
    pipeline = pipeline.resize(widthPx, heightPx, { fit: 'fill', kernel: 'linear' })
  }
  const { data, info } = await pipeline
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw new CodedError('frame.damaged', error instanceof Error ? error.message : String(error))
    })
  if (info.channels !== 3) throw new CodedError('frame.damaged', `${info.channels} channels`)
  return {
    data,
    widthPx: info.width,
    heightPx: info.height,
    originalWidthPx,
    originalHeightPx,
  }
}
