import type { Polygon } from '../../contracts/detections.ts'

/**
 * Whether a point lies in a polygon (even-odd rule; relative coordinates). A point on the edge counts
 * to one side only, so that two zones that touch never both hold it.
 */
export function inPolygon(polygon: Polygon, x: number, y: number): boolean {
  let inside = false
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
    const [ax, ay] = polygon[i] as [number, number]
    const [bx, by] = polygon[j] as [number, number]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

/** Zones that hold the ground point of a box: the centre of its lower edge. */
export function zonesOf(
  zones: readonly { readonly id: string; readonly polygon: Polygon }[],
  boxPx: readonly [number, number, number, number],
  widthPx: number,
  heightPx: number,
): string[] {
  const x = (boxPx[0] + boxPx[2] / 2) / widthPx
  // A box cut by the lower edge of the picture still stands in the last row.
  const y = Math.min(0.999, (boxPx[1] + boxPx[3]) / heightPx)
  return zones.filter((zone) => inPolygon(zone.polygon, x, y)).map((zone) => zone.id)
}
