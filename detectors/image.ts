/** Pixels as detectors see them: interleaved R, G, B bytes, row by row, no padding. */
export interface RgbImage {
  readonly data: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** A decoded picture and the size of the one it came from (after EXIF rotation). */
export interface DecodedImage extends RgbImage {
  readonly originalWidthPx: number
  readonly originalHeightPx: number
}

/** Left, top, width, height. */
export type Box = readonly [number, number, number, number]

/** A box and a score, in the pixels of the picture that was asked about. */
export interface Scored {
  readonly score: number
  readonly box: Box
}

/** Intersection over union of two boxes, 0..1. */
export function iou(a: Box, b: Box): number {
  const widthPx = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0])
  const heightPx = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1])
  if (widthPx <= 0 || heightPx <= 0) return 0
  const shared = widthPx * heightPx
  return shared / (a[2] * a[3] + b[2] * b[3] - shared)
}
