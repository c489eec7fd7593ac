import type { GreyImage } from '../../detectors/glance.ts'
import { type Background, detectMotion, type Motion } from '../../detectors/motion.ts'
import { mulberry } from './support.ts'

export const widthPx = 160
export const heightPx = 90

export interface Painted {
  /** Sensor noise, standard deviation in grey levels. */
  readonly noise?: number
  /** What the light makes of the ground at a pixel. */
  readonly light?: (luma: number, x: number, y: number) => number
  readonly objects?: readonly {
    readonly box: readonly [number, number, number, number]
    readonly luma: (x: number, y: number) => number
  }[]
}

/** A yard: paving with joints below, a plain wall above. */
const ground = (x: number, y: number): number =>
  y < 30 ? 150 : 90 + ((x + 2 * y) % 7 < 2 ? -30 : 10) + (y % 5 === 0 ? -20 : 0)

export function painter(seed: number): (painted?: Painted) => GreyImage {
  const random = mulberry(seed)
  const gauss = () => (random() + random() + random() + random() - 2) * Math.sqrt(3)
  return ({ noise = 0.6, light = (luma: number) => luma, objects = [] } = {}) => {
    const data = new Uint8Array(widthPx * heightPx)
    for (let y = 0; y < heightPx; y += 1) {
      for (let x = 0; x < widthPx; x += 1) {
        let luma = light(ground(x, y), x, y)
        for (const { box, luma: paint } of objects) {
          const [left, top, wide, high] = box
          if (x >= left && x < left + wide && y >= top && y < top + high) luma = paint(x, y)
        }
        data[y * widthPx + x] = Math.max(0, Math.min(255, luma + noise * gauss()))
      }
    }
    return { data, widthPx, heightPx }
  }
}

/** A camera that has looked at its quiet yard for a while. */
export function settled(paint: (painted?: Painted) => GreyImage, frames = 30, quiet: Painted = {}) {
  let memory: Background | null = null
  const see = (painted: Painted = {}, masked: Uint8Array | null = null): Motion => {
    const seen = detectMotion(paint({ ...quiet, ...painted }), memory, masked)
    memory = seen.memory
    return seen
  }
  for (let i = 0; i < frames; i += 1) see()
  return see
}
