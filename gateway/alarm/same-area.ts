import type { Place } from '../../contracts/place.ts'

/** The house of a place's name: `3 栋 2 单元 201` is in `3栋`, `Building 3, flat 4` in `building 3`. */
export function houseOf(name: string): string {
  const plain = name.trim().toLowerCase()
  const zh = /^.*?(?:号楼|栋|幢|座)/.exec(plain)
  if (zh !== null) return zh[0].replaceAll(/\s/g, '')
  const en = /^(?:building|block|house|tower)\s+\S+?(?=[\s,;·]|$)/.exec(plain)
  if (en !== null) return en[0]
  return plain.split(/[\s,;·，、]/, 1)[0] ?? plain
}

/**
 * Whether a siren or loudspeaker is heard where something happened: in the same grid, or the same house.
 * One without a place stands for its whole community.
 */
export function sameArea(device: Place | null, happened: Place | null): boolean {
  if (device === null || happened === null) return device === null
  if (device.grid !== undefined && device.grid === happened.grid) return true
  return houseOf(device.name) === houseOf(happened.name)
}
