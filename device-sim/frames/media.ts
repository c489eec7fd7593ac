import { existsSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { heightPx, widthPx } from './drawn.ts'

/**
 * Real photographs, where a folder of them stands beside the checkout. They are data of others: read
 * from there, never copied.
 */
export interface Media {
  readonly directory: string
}

/** Null where the folder is missing or lacks the photograph of the car. */
export function findMedia(directory: string): Media | null {
  return existsSync(join(directory, carPhoto.file)) ? { directory } : null
}

/**
 * The white car of plates/green_suED51712.jpg, its outline in the picture scaled to 1280 px. Pasted on
 * the drawn lane at 360..560 px width YOLOX-nano gives it 0.86..0.90.
 */
const carPhoto = {
  file: 'plates/green_suED51712.jpg',
  outline:
    '397,385 410,330 440,290 500,240 560,228 680,222 780,230 850,245 930,285 1000,330 1100,368 1200,405 1252,440 1259,490 1251,575 1220,612 1130,642 980,650 890,632 865,650 800,657 742,622 725,575 640,537 540,492 485,472 472,490 440,490 415,458 402,420',
  box: { left: 390, top: 215, width: 875, height: 448 },
} as const

/** The pictures that a part of the play shows, by that part. */
const partFiles = {
  scenes: [
    'groups/compreface_015_6.jpg',
    'groups/compreface_016_8.jpg',
    'people/coco_000000000109.jpg',
    'vehicles/yolox_dog.jpg',
  ],
  person: ['videos/one-by-one-person-detection.mp4'],
  faces: [
    'faces/compreface_003_A.jpg',
    'faces/compreface_004_A.jpg',
    'faces/stock_a_3.jpg',
    'faces/stock_b_5.jpg',
    'spoof/image_F2.jpg',
    'spoof/image_T1.jpg',
    'videos/derived_door_A.mp4',
  ],
  plates: [
    'plates/green_suED51712.jpg',
    'plates/ccpd_demo_1.jpg',
    'plates/hyperlpr3_sample.jpg',
    'videos/derived_gate_green.mp4',
    'videos/derived_gate_blue.mp4',
  ],
} as const

export const mediaPath = (media: Media, file: string): string => join(media.directory, file)

export const hasMedia = (media: Media | null, part: keyof typeof partFiles): boolean =>
  media !== null && partFiles[part].every((file) => existsSync(mediaPath(media, file)))

/** The car without its surroundings, as a PNG of the asked width. */
export async function cutOutCar(media: Media, carWidthPx: number): Promise<Buffer> {
  const mask = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"><polygon points="${carPhoto.outline}" fill="#fff"/></svg>`
  const masked = await sharp(join(media.directory, carPhoto.file))
    .resize(widthPx, heightPx)
    .ensureAlpha()
    .composite([{ input: Buffer.from(mask), blend: 'dest-in' }])
    .png()
    .toBuffer()
  const cut = await sharp(masked).extract(carPhoto.box).png().toBuffer()
  return sharp(cut).resize(carWidthPx).png().toBuffer()
}

/** A whole photograph as a camera's background; null where it is not there. */
export async function photoBackground(media: Media, file: string): Promise<Buffer | null> {
  if (!existsSync(join(media.directory, file))) return null
  return sharp(join(media.directory, file))
    .resize(widthPx, heightPx, { fit: 'cover' })
    .removeAlpha()
    .png()
    .toBuffer()
}

/** A head and shoulders for the door camera, 420 px high; null where it is not there. */
export async function portrait(media: Media): Promise<Buffer | null> {
  const file = 'faces/compreface_004_A.jpg'
  if (!existsSync(join(media.directory, file))) return null
  return sharp(join(media.directory, file)).rotate().resize({ height: 560 }).png().toBuffer()
}
