import sharp from 'sharp'
import { CodedError } from '../../../contracts/errors.ts'
import { limits } from '../../../contracts/limits.ts'
import { decodeJpeg } from '../../../detectors/decode.ts'
import type { DecodedImage } from '../../../detectors/image.ts'

/**
 * A picture as the gateway would decode it; other formats than JPEG (PNG, WebP, …) are taken too, as
 * collections hold them. Rotated as EXIF says. Errors as `decodeJpeg`.
 */
export async function decodePicture(
  bytes: Uint8Array,
  longSideMaxPx?: number,
): Promise<DecodedImage> {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, longSideMaxPx)
  const whole = sharp(bytes, { limitInputPixels: limits.framePixelsMax }).autoOrient().removeAlpha()
  const { data, info } = await whole
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
    originalWidthPx: info.width,
    originalHeightPx: info.height,
  }
}

/** A small JPEG as data URI; null where the picture cannot be decoded. */
export async function thumbnailOf(path: string, sidePx = 160): Promise<string | null> {
  const bytes = await sharp(path, { limitInputPixels: limits.framePixelsMax })
    .autoOrient()
    .resize(sidePx, sidePx, { fit: 'inside' })
    .jpeg({ quality: 70 })
    .toBuffer()
    .catch(() => null)
  return bytes === null ? null : `data:image/jpeg;base64,${bytes.toString('base64')}`
}
