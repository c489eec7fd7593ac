import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, crc32, deflateRawSync } from 'node:zlib'
import sharp from 'sharp'
import { sharedDir } from '../support/needs.ts'

export interface MediaItem {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly groundTruth: {
    readonly faces?: number
    readonly boxes?: readonly {
      readonly class: string
      readonly cx: number
      readonly cy: number
      readonly w: number
      readonly h: number
    }[]
  }
  readonly measured?: { readonly faceBox?: readonly [number, number, number, number] }
}

export const mediaItems = (): readonly MediaItem[] =>
  (
    JSON.parse(readFileSync(join(sharedDir, 'media/MEDIA.json'), 'utf8')) as {
      items: MediaItem[]
    }
  ).items

export const mediaFile = (file: string): Buffer => readFileSync(join(sharedDir, 'media', file))
export const modelFile = (file: string): Buffer => readFileSync(join(sharedDir, 'models', file))

/** A picture with structure and, where asked, sensor noise; small enough to be made in a test. */
export async function drawnJpeg(options: {
  readonly widthPx: number
  readonly heightPx: number
  readonly noise?: number
  readonly seed?: number
  readonly quality?: number
}): Promise<Buffer> {
  const { widthPx: width, heightPx: height, noise = 0, quality = 80 } = options
  const random = mulberry(options.seed ?? 1)
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const base = 60 + 80 * (x / width) + (Math.floor(x / 40) + Math.floor(y / 40)) * 3
      const shade = base + (random() + random() + random() - 1.5) * 2 * noise
      const at = (y * width + x) * 3
      data[at] = shade
      data[at + 1] = shade + 10
      data[at + 2] = shade + 20
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer()
}

export function mulberry(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A valid black PNG of 1 bit per pixel: 50,000 x 50,000 fit into some 300 kB. */
export function hugePng(sidePx: number): Buffer {
  const rowBytes = 1 + Math.ceil(sidePx / 8)
  const rowsAtOnce = 500
  // Deflate blocks that end in a full flush refer to nothing before them, so one serves again and again.
  const block = deflateRawSync(Buffer.alloc(rowBytes * rowsAtOnce), {
    finishFlush: constants.Z_FULL_FLUSH,
  })
  const adler = Buffer.alloc(4)
  adler.writeUInt32BE((((rowBytes * sidePx) % 65_521) * 65_536 + 1) >>> 0)
  const blocks = Array.from({ length: sidePx / rowsAtOnce }, () => block)
  const zlib = Buffer.concat([Buffer.from([0x78, 0x9c]), ...blocks, Buffer.from([3, 0]), adler])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(sidePx, 0)
  header.writeUInt32BE(sidePx, 4)
  header[8] = 1
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    magic,
    chunk('IHDR', header),
    chunk('IDAT', zlib),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}
