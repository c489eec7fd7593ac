import type { Box, RgbImage } from './image.ts'

export interface MosaicOptions {
  /** How far beyond the box, as a share of its size: hair and chin lie outside a face box. */
  readonly margin?: number
  /** Blocks across the longer side; few enough that nobody can be told from another. */
  readonly blocks?: number
}

/** Colour steps of a block: what little a mean still tells is rounded away. */
const colourStep = 16

/**
 * Replaces each box by a coarse grid of block means, in place: the pixels are gone from the picture,
 * not covered. 5 blocks of 4-bit colour across a face leave about 25 numbers of it.
 */
export function mosaic(
  image: RgbImage,
  boxesPx: readonly Box[],
  { margin = 0.25, blocks = 5 }: MosaicOptions = {},
): void {
  for (const [left, top, widthPx, heightPx] of boxesPx) {
    const fromX = Math.max(0, Math.floor(left - widthPx * margin))
    const fromY = Math.max(0, Math.floor(top - heightPx * margin))
    const toX = Math.min(image.widthPx, Math.ceil(left + widthPx * (1 + margin)))
    const toY = Math.min(image.heightPx, Math.ceil(top + heightPx * (1 + margin)))
    const blockPx = Math.max(8, Math.ceil(Math.max(toX - fromX, toY - fromY) / blocks))
    for (let y = fromY; y < toY; y += blockPx) {
      for (let x = fromX; x < toX; x += blockPx) {
        flatten(image, x, y, Math.min(x + blockPx, toX), Math.min(y + blockPx, toY))
      }
    }
  }
}

/** The whole picture, for when nobody can say where the faces are. */
export function mosaicAll(image: RgbImage): void {
  mosaic(image, [[0, 0, image.widthPx, image.heightPx]], { margin: 0, blocks: 40 })
}

function flatten(image: RgbImage, fromX: number, fromY: number, toX: number, toY: number): void {
  const { data, widthPx } = image
  let red = 0
  let green = 0
  let blue = 0
  for (let y = fromY; y < toY; y += 1) {
    for (let at = (y * widthPx + fromX) * 3; at < (y * widthPx + toX) * 3; at += 3) {
      red += data[at] as number
      green += data[at + 1] as number
      blue += data[at + 2] as number
    }
  }
  const count = (toX - fromX) * (toY - fromY)
  if (count <= 0) return
  const mean = [red, green, blue].map((sum) => coarse(sum / count)) as [number, number, number]
  for (let y = fromY; y < toY; y += 1) {
    for (let at = (y * widthPx + fromX) * 3; at < (y * widthPx + toX) * 3; at += 3) {
      data[at] = mean[0]
      data[at + 1] = mean[1]
      data[at + 2] = mean[2]
    }
  }
}

const coarse = (value: number): number =>
  Math.min(255, Math.floor(value / colourStep) * colourStep + colourStep / 2)
