import type { Place } from '../../contracts/place.ts'

const metresPerDegree = 111_320
/** About 110 m: so far one looks around at most. */
const cellDegrees = 0.001

/** Whether two places are known to lie within `metres` of each other; unknown positions are not near. */
export function near(a: Place, b: Place | null, metres: number): boolean {
  if (b === null || a.lat === undefined || a.lon === undefined) return false
  if (b.lat === undefined || b.lon === undefined) return false
  const north = (a.lat - b.lat) * metresPerDegree
  const east = (a.lon - b.lon) * metresPerDegree * Math.cos((a.lat * Math.PI) / 180)
  return Math.hypot(north, east) <= metres
}

/** Things by where they stand, so that a question for those nearby need not ask all. */
export class NearIndex<T> {
  readonly #cells = new Map<string, { readonly item: T; readonly place: Place }[]>()

  add(item: T, place: Place | null): void {
    if (place?.lat === undefined || place.lon === undefined) return
    const key = cellOf(Math.floor(place.lat / cellDegrees), Math.floor(place.lon / cellDegrees))
    const cell = this.#cells.get(key)
    if (cell === undefined) this.#cells.set(key, [{ item, place }])
    else cell.push({ item, place })
  }

  /** Cell by cell, in each as they were put in: the same question has the same answer. */
  within(place: Place | null, metres: number): T[] {
    if (place?.lat === undefined || place.lon === undefined || this.#cells.size === 0) return []
    const { lat, lon } = place
    const step = cellDegrees * metresPerDegree
    const rows = Math.ceil(metres / step)
    const columns = Math.ceil(metres / (step * Math.max(0.01, Math.cos((lat * Math.PI) / 180))))
    const [row, column] = [Math.floor(lat / cellDegrees), Math.floor(lon / cellDegrees)]
    const found: T[] = []
    for (let r = row - rows; r <= row + rows; r += 1)
      for (let c = column - columns; c <= column + columns; c += 1)
        for (const { item, place: at } of this.#cells.get(cellOf(r, c)) ?? [])
          if (near(at, place, metres)) found.push(item)
    return found
  }
}

const cellOf = (row: number, column: number): string => `${row} ${column}`
