import type { CallSheet } from '../../contracts/http/ladder.ts'
import type { Place } from '../../contracts/place.ts'
import { fromJsonOrNull } from '../db/json.ts'
import type { Db } from '../db/open.ts'

const gatesMax = 4
const earthMetres = 6_371_000
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** On the ground of one community the earth is flat enough. */
function metresBetween(a: Place, b: Place): number | null {
  if (a.lat === undefined || a.lon === undefined || b.lat === undefined || b.lon === undefined) {
    return null
  }
  const north = radians(b.lat - a.lat) * earthMetres
  const east = radians(b.lon - a.lon) * earthMetres * Math.cos(radians(a.lat))
  return Math.round(Math.hypot(north, east))
}

/** Barriers and doors that an ambulance or a fire engine may have to pass, the nearest first. */
export async function nearestGates(
  db: Db,
  community: string,
  place: Place | null,
): Promise<CallSheet['gates']> {
  const rows = await db
    .selectFrom('devices')
    .select(['id', 'name', 'place', 'door', 'barrier'])
    .where('community', '=', community)
    .where('state', '=', 'approved')
    .where((eb) => eb.or([eb('door', 'is not', null), eb('barrier', 'is not', null)]))
    .limit(500)
    .execute()
  return rows
    .map((row) => {
      const there = fromJsonOrNull(row.place) as Place | null
      return {
        device: row.id,
        name: row.name,
        kind: row.barrier === null ? ('door' as const) : ('barrier' as const),
        metres: place === null || there === null ? null : metresBetween(place, there),
      }
    })
    .toSorted((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity))
    .slice(0, gatesMax)
}
