import sharp, { type OverlayOptions } from 'sharp'
import { heightPx, widthPx } from './drawn.ts'

const quality = 80
/** Sensor noise, grey levels: enough that no two frames are the same, too little to see. */
const noiseSigma = 5

/** Decoded once, pasted often: RGB of the size of all cameras. */
export interface Plain {
  readonly data: Buffer
  readonly raw: { readonly width: number; readonly height: number; readonly channels: 3 }
}

const raw = { width: widthPx, height: heightPx, channels: 3 } as const

/** Any picture, stretched to the size of all cameras. */
export async function plainOf(picture: Buffer): Promise<Plain> {
  const data = await sharp(picture)
    .resize(widthPx, heightPx, { fit: 'fill' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer()
  return { data, raw }
}

async function noiseLayer(): Promise<Plain> {
  const data = await sharp({
    create: {
      width: widthPx,
      height: heightPx,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: noiseSigma },
    },
  })
    .raw()
    .toBuffer()
  return { data, raw }
}

/** A fixed store of noise pictures: made once, laid over every scene. */
export async function makeNoise(count: number): Promise<readonly Plain[]> {
  return Promise.all(Array.from({ length: count }, noiseLayer))
}

/** What is pasted on a background; `left` and `top` may lie outside the picture. */
export interface Pasted {
  readonly png: Buffer
  readonly leftPx: number
  readonly topPx: number
}

/** One frame as the camera would send it: background, things on it, noise; a JPEG of 1280 by 720. */
export async function composeFrame(
  background: Plain,
  pasted: readonly Pasted[],
  noise: Plain,
): Promise<Buffer> {
  const layers: OverlayOptions[] = pasted.map((thing) => ({
    input: thing.png,
    left: Math.round(thing.leftPx),
    top: Math.round(thing.topPx),
  }))
  return sharp(background.data, { raw: background.raw })
    .composite([...layers, { input: noise.data, raw: noise.raw, blend: 'overlay' }])
    .removeAlpha()
    .jpeg({ quality })
    .toBuffer()
}
