import type { GreyImage } from './glance.ts'
import type { RgbImage } from './image.ts'

/** Points per side of the sample. */
const sidePoints = 48
export const lumaSampleLength = sidePoints * sidePoints

/**
 * Brightness (0..255) of 48 x 48 single pixels, evenly spread. Single pixels and not means: a mean
 * would average away the sensor noise by which a living but quiet picture differs from a frozen one.
 */
export const lumaSample = ({ data, widthPx, heightPx }: RgbImage): Uint8Array =>
  sampleOf(widthPx, heightPx, (pixel) => {
    const at = pixel * 3
    const luma =
      77 * (data[at] as number) + 150 * (data[at + 1] as number) + 29 * (data[at + 2] as number)
    return luma >> 8
  })

/**
 * The same of a glance, whose pixels are means of 8 x 8: what noise is left still turns some of them by
 * one grey level. Samples of one camera are compared, so they must all come from the one or the other.
 */
export const greySample = ({ data, widthPx, heightPx }: GreyImage): Uint8Array =>
  sampleOf(widthPx, heightPx, (pixel) => data[pixel] as number)

function sampleOf(
  widthPx: number,
  heightPx: number,
  lumaAt: (pixel: number) => number,
): Uint8Array {
  const sample = new Uint8Array(lumaSampleLength)
  for (let row = 0; row < sidePoints; row += 1) {
    const y = Math.floor(((row + 0.5) * heightPx) / sidePoints)
    for (let column = 0; column < sidePoints; column += 1) {
      const x = Math.floor(((column + 0.5) * widthPx) / sidePoints)
      sample[row * sidePoints + column] = lumaAt(y * widthPx + x)
    }
  }
  return sample
}

/** Share of points, 0..1, whose brightness differs at all. Both samples must come from one camera. */
export function changedShare(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return 1
  let changed = 0
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) changed += 1
  return changed / Math.max(1, a.length)
}
