import type { Polygon } from '../contracts/detections.ts'

/**
 * Which pixels of a small picture lie under a mask: 1 there, else 0; null where there are no masks.
 * Every pixel that a mask touches is taken, so that no sliver of what nobody may see is left over.
 *
 * @param masks relative coordinates 0..1; even-odd rule
 */
export function maskRaster(
  masks: readonly Polygon[],
  widthPx: number,
  heightPx: number,
): Uint8Array | null {
  if (masks.length === 0) return null
  const raster = new Uint8Array(widthPx * heightPx)
  for (const polygon of masks) {
    // Three scan lines per row: a polygon may begin or end inside it.
    for (let y = 0; y < heightPx; y += 1) {
      for (const part of [0.001, 0.5, 0.999]) fillRow(raster, polygon, y, part, widthPx, heightPx)
    }
  }
  return raster
}

function fillRow(
  raster: Uint8Array,
  polygon: Polygon,
  row: number,
  part: number,
  widthPx: number,
  heightPx: number,
): void {
  const crossings = crossingsAt(polygon, (row + part) / heightPx)
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const from = Math.max(0, Math.floor((crossings[i] as number) * widthPx))
    const to = Math.min(widthPx, Math.ceil((crossings[i + 1] as number) * widthPx))
    if (to > from) raster.fill(1, row * widthPx + from, row * widthPx + to)
  }
}

/** Where the edges of the polygon cross a horizontal line, from left to right. */
function crossingsAt(polygon: Polygon, y: number): number[] {
  const found: number[] = []
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
    const [ax, ay] = polygon[i] as [number, number]
    const [bx, by] = polygon[j] as [number, number]
    if (ay > y !== by > y) found.push(ax + ((bx - ax) * (y - ay)) / (by - ay))
  }
  return found.sort((a, b) => a - b)
}

/** Blackens what lies under the mask, in place. */
export function blacken(grey: Uint8Array, masked: Uint8Array | null): void {
  if (masked === null) return
  for (let i = 0; i < grey.length; i += 1) if (masked[i] !== 0) grey[i] = 0
}
