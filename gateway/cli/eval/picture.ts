import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { CodedError } from '../../../contracts/errors.ts'
import { limits } from '../../../contracts/limits.ts'
import { decodeJpeg } from '../../../detectors/decode.ts'
import type { DecodedImage } from '../../../detectors/image.ts'

/** Collections hold what no camera sends: photos of a telephone, scans. */
const fileBytesMax = 64 * 1024 * 1024
const pixelsMax = 120_000_000

/**
 * The bytes of a picture's file. @throws CodedError `frame.too-large` above 64 MiB; whatever the system
 * says otherwise (`ENOENT`, `EISDIR`, …; a pipe or device is `EINVAL`)
 */
export async function readPicture(path: string): Promise<Buffer> {
  // Not blocking: a pipe without a writer would never open.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const info = await file.stat()
    if (info.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' })
    if (!info.isFile()) throw Object.assign(new Error(path), { code: 'EINVAL' })
    if (info.size > fileBytesMax) throw new CodedError('frame.too-large', `${info.size} bytes`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/**
 * A picture as the gateway would decode it, rotated as EXIF says. What the gateway would not take is
 * taken here, as collections hold it: other formats (PNG, WebP, the first page of a GIF), and larger
 * pictures, shrunk to the gateway's 25 megapixels.
 *
 * @throws CodedError `frame.damaged`, `frame.too-large` above 120 megapixels
 */
export async function decodePicture(
  bytes: Uint8Array,
  longSideMaxPx = Number.POSITIVE_INFINITY,
): Promise<DecodedImage> {
  if (bytes.length === 0) throw new CodedError('frame.damaged', 'an empty file')
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.length <= limits.frameBytesMax) {
    const image = await decodeJpeg(bytes, longSideMaxPx).catch((error: unknown) => {
      if (error instanceof CodedError && error.code === 'frame.too-large') return null
      throw error
    })
    if (image !== null) return image
  }
  const size = await sizeOf(bytes)
  const { data, info } = await shrinkTo(sharp(bytes, sharpLimits).autoOrient(), size, longSideMaxPx)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(damaged)
  if (info.channels !== 3) throw new CodedError('frame.damaged', `${info.channels} channels`)
  return {
    data,
    widthPx: info.width,
    heightPx: info.height,
    originalWidthPx: size.widthPx,
    originalHeightPx: size.heightPx,
  }
}

const sharpLimits = { limitInputPixels: pixelsMax } as const

/** Not SVG: it is a program for a drawing, as large as it likes. */
const formats: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'])

const damaged = (error: unknown): never => {
  throw new CodedError('frame.damaged', error instanceof Error ? error.message : String(error))
}

interface Size {
  readonly widthPx: number
  readonly heightPx: number
}

/** After EXIF rotation, from the header alone. */
async function sizeOf(bytes: Uint8Array): Promise<Size> {
  // The header is read without a limit, so that what is too large is told from what is torn.
  const { autoOrient, format } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(damaged)
  if (!formats.has(format)) throw new CodedError('frame.damaged', `${format} is no photo`)
  const { width: widthPx, height: heightPx } = autoOrient
  if (widthPx * heightPx > pixelsMax)
    throw new CodedError('frame.too-large', `${widthPx}x${heightPx} pixels`)
  return { widthPx, heightPx }
}

function shrinkTo(pipeline: Sharp, { widthPx, heightPx }: Size, longSideMaxPx: number): Sharp {
  const scale = Math.min(
    1,
    longSideMaxPx / Math.max(widthPx, heightPx),
    Math.sqrt(limits.framePixelsMax / (widthPx * heightPx)),
  )
  if (scale === 1) return pipeline
  const [width, height] = [widthPx, heightPx].map((side) => Math.max(1, Math.round(side * scale)))
  return pipeline.resize({ width, height, fit: 'fill', kernel: 'linear' })
}

/** A small JPEG as data URI; null where the picture cannot be decoded. */
export async function thumbnailOf(path: string, sidePx = 160): Promise<string | null> {
  const bytes = await readPicture(path)
    .then((picture) =>
      sharp(picture, sharpLimits)
        .autoOrient()
        .resize(sidePx, sidePx, { fit: 'inside' })
        .jpeg({ quality: 70 })
        .toBuffer(),
    )
    .catch(() => null)
  return bytes === null ? null : `data:image/jpeg;base64,${bytes.toString('base64')}`
}
