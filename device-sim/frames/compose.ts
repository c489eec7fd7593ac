import sharp, { type OverlayOptions } from 'sharp'
import { heightPx, widthPx } from './drawn.ts'

const quality = 80
/** Sensor noise, grey levels: enough that no two frames are the same, too little to see. */
const noiseSigma = 5

async function noisePng(): Promise<Buffer> {
  return sharp({
    create: {
      width: widthPx,
      height: heightPx,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: noiseSigma },
    },
  })
    .png({ compressionLevel: 1 })
    .toBuffer()
}

/** A fixed store of noise pictures: made once, laid over every scene. */
export async function makeNoise(count: number): Promise<readonly Buffer[]> {
  return Promise.all(Array.from({ length: count }, noisePng))
}

/** What is pasted on a background; `left` and `top` may lie outside the picture. */
export interface Pasted {
  readonly png: Buffer
  readonly leftPx: number
  readonly topPx: number
}

/** One frame as the camera would send it: background, things on it, noise; a JPEG of 1280 by 720. */
export async function composeFrame(
  background: Buffer,
  pasted: readonly Pasted[],
  noise: Buffer,
): Promise<Buffer> {
  const layers: OverlayOptions[] = pasted.map((thing) => ({
    input: thing.png,
    left: Math.round(thing.leftPx),
    top: Math.round(thing.topPx),
  }))
  return sharp(background)
    .composite([...layers, { input: noise, blend: 'overlay' }])
    .removeAlpha()
    .jpeg({ quality })
    .toBuffer()
}
