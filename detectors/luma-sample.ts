import type { RgbImage } from './image.ts'

/** Points per side of the sample. */
const sidePoints = 48
export const lumaSampleLength = sidePoints * sidePoints

/**
 * Brightness (0..255) of 48 x 48 single pixels, evenly spread. Single pixels and not means: a mean
 * would average away the sensor noise by which a living but quiet picture differs from a frozen one.
 */
export function lumaSample(image: RgbImage): Uint8Array {
  const sample = new Uint8Array(lumaSampleLength)
  for (let row = 0; row < sidePoints; row += 1) {
    const y = Math.floor(((row + 0.5) * image.heightPx) / sidePoints)
    for (let column = 0; column < sidePoints; column += 1) {
      const x = Math.floor(((column + 0.5) * image.widthPx) / sidePoints)
      const at = (y * image.widthPx + x) * 3
      const luma =
        77 * (image.data[at] as number) +
        150 * (image.data[at + 1] as number) +
        29 * (image.data[at + 2] as number)
      sample[row * sidePoints + column] = luma >> 8
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
