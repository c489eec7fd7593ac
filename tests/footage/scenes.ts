import sharp, { type OverlayOptions } from 'sharp'
import type { Polygon } from '../../contracts/detections.ts'
import type { CameraSettings, ZoneKind } from '../../contracts/roster.ts'
import { mulberry } from '../detectors/support.ts'
import type { Shot } from './rig.ts'

/** What an ordinary sub-stream sends; enough for a detector that looks at 416 px. */
export const widthPx = 640
export const heightPx = 360

/** A drawing on 960 by 540, as large as the picture. */
export const draw = (body: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 960 540">${body}</svg>`,
  )

const rect = (x: number, y: number, wide: number, high: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${wide}" height="${high}" fill="${fill}"/>`

export const yard = draw(
  rect(0, 0, 960, 250, '#b7c4cd') +
    rect(0, 30, 390, 220, '#b9a892') +
    rect(420, 70, 540, 180, '#a8a39b') +
    rect(0, 238, 960, 30, '#5f7a4f') +
    rect(0, 262, 960, 278, '#6d6f70') +
    rect(0, 300, 960, 6, '#c9c4b0'),
)
export const hall = draw(
  rect(0, 0, 960, 540, '#c9c4ba') +
    '<polygon points="0,540 300,300 660,300 960,540" fill="#8c867d"/>' +
    rect(300, 110, 360, 190, '#b5afa4'),
)
/** Seen from the ceiling corner: steel walls, a floor, a panel of buttons. */
export const lift = draw(
  rect(0, 0, 960, 540, '#9aa0a4') +
    rect(330, 40, 300, 300, '#aab1b5') +
    '<polygon points="60,540 330,340 630,340 900,540" fill="#5b5850"/>' +
    [120, 300, 480, 660, 840]
      .map((x) => `<line x1="480" y1="300" x2="${x}" y2="540" stroke="#35322c" stroke-width="4"/>`)
      .join('') +
    rect(476, 40, 8, 300, '#4a4f52') +
    rect(120, 330, 210, 14, '#2c2f31') +
    rect(690, 90, 80, 220, '#e6e8ea') +
    [110, 150, 190, 230, 270].map((y) => rect(715, y, 30, 22, '#20242a')).join('') +
    rect(130, 90, 110, 150, '#f2f0e6') +
    rect(145, 110, 80, 40, '#a03028'),
)

/** Something in the picture; `left` and `top` may lie outside of it. */
export interface Thing {
  readonly png: Buffer
  readonly leftPx: number
  readonly topPx: number
}

/** With its foot on the line `footPx`. */
export async function standing(png: Buffer, leftPx: number, footPx: number): Promise<Thing> {
  const { height } = await sharp(png).metadata()
  return { png, leftPx, topPx: footPx - height }
}

export interface StageOptions {
  /** Factor on the brightness of all that is seen; 1 by day. */
  readonly light?: number
  /** Grey levels of the sensor's noise. */
  readonly noise?: number
}

/** A place before a camera: rough ground, sensor noise, JPEG. */
export interface Stage {
  frame(things: readonly Thing[], options?: StageOptions): Promise<Buffer>
  /** The same seen three times, so that no two frames are equal. */
  still(things: readonly Thing[], options?: StageOptions): Promise<readonly Buffer[]>
}

const size = { width: widthPx, height: heightPx }
const raw = { raw: { ...size, channels: 3 as const } }
/** Grain about middle grey, the same for the same seed: what is seen must not depend on luck. */
function grainy(sigma: number, seed: number): Buffer {
  const random = mulberry(seed)
  const data = Buffer.alloc(widthPx * heightPx * 3)
  for (let at = 0; at < data.length; at += 1) {
    // Three even numbers in a row are nearly a bell; their sum deviates by a half.
    const bell = random() + random() + random() - 1.5
    data[at] = Math.min(255, Math.max(0, 128 + 2 * sigma * bell))
  }
  return data
}

export async function createStage(background: Buffer): Promise<Stage> {
  sharp.concurrency(1)
  const base = await sharp(background)
    .composite([
      {
        input: await sharp(grainy(26, 1), raw).blur(1.2).raw().toBuffer(),
        ...raw,
        blend: 'overlay',
      },
    ])
    .removeAlpha()
    .raw()
    .toBuffer()
  const grain = new Map<number, readonly Buffer[]>()
  let serial = 0
  const grainOf = (sigma: number): Buffer => {
    const made = grain.get(sigma) ?? [2, 3, 4].map((seed) => grainy(sigma, seed))
    grain.set(sigma, made)
    serial += 1
    return made[serial % made.length] as Buffer
  }
  const frame: Stage['frame'] = async (things, { light = 1, noise = 5 } = {}) => {
    const layers: OverlayOptions[] = things.map(({ png, leftPx, topPx }) => ({
      input: png,
      left: Math.round(leftPx),
      top: Math.round(topPx),
    }))
    const seen = await sharp(base, raw)
      .composite([...layers, { input: grainOf(noise), ...raw, blend: 'overlay' }])
      .removeAlpha()
      .raw()
      .toBuffer()
    const scene = sharp(seen, raw)
    return (light === 1 ? scene : scene.linear(light, 0)).jpeg({ quality: 82 }).toBuffer()
  }
  const still: Stage['still'] = async (things, options) => [
    await frame(things, options),
    await frame(things, options),
    await frame(things, options),
  ]
  return { frame, still }
}

/** Frames shown over and over from one second to another. */
export function hold(jpegs: readonly Buffer[], fromS: number, toS: number, everyS: number): Shot[] {
  const count = Math.max(0, Math.ceil((toS - fromS) / everyS))
  return Array.from({ length: count }, (_, i) => ({
    atMs: Math.round((fromS + i * everyS) * 1_000),
    jpeg: jpegs[i % jpegs.length] as Buffer,
  }))
}

/** Each frame once. */
export const once = (jpegs: readonly Buffer[], fromS: number, everyS: number): Shot[] =>
  hold(jpegs, fromS, fromS + jpegs.length * everyS, everyS)

export const rectangle = (x0: number, y0: number, x1: number, y1: number): Polygon => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
]
export const wholePicture = rectangle(0, 0, 1, 1)

export const zone = (
  kind: ZoneKind,
  polygon: Polygon = wholePicture,
): CameraSettings['zones'][number] => ({ id: `z-${kind}`, name: `区域 ${kind}`, kind, polygon })
