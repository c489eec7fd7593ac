import type { Place } from '../../contracts/place.ts'

const metresPerDegree = 111_320

/** Whether two places are known to lie within `metres` of each other; unknown positions are not near. */
export function near(a: Place, b: Place | null, metres: number): boolean {
  if (b === null || a.lat === undefined || a.lon === undefined) return false
  if (b.lat === undefined || b.lon === undefined) return false
  const north = (a.lat - b.lat) * metresPerDegree
  const east = (a.lon - b.lon) * metresPerDegree * Math.cos((a.lat * Math.PI) / 180)
  return Math.hypot(north, east) <= metres
}
