import type { Polygon } from '../contracts/detections.ts'
import type { RgbImage } from './image.ts'
import { maskRaster } from './mask-raster.ts'

/** Flat grey: neither an object nor a hole for a detector, and nothing can be restored from it. */
const fill = 114

/**
 * Fills what lies under a privacy mask with one flat colour, in place, before anything else sees the picture.
 * Every pixel that a mask touches is filled.
 *
 * @param masks relative coordinates 0..1; even-odd rule within each, all of them together
 */
export function applyMasks(image: RgbImage, masks: readonly Polygon[]): void {
  const { data, widthPx, heightPx } = image
  const masked = maskRaster(masks, widthPx, heightPx)
  if (masked === null) return
  let from = masked.indexOf(1)
  while (from >= 0) {
    const end = masked.indexOf(0, from)
    const to = end < 0 ? masked.length : end
    data.fill(fill, from * 3, to * 3)
    from = end < 0 ? -1 : masked.indexOf(1, end)
  }
}
