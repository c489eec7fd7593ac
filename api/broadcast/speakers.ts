import type { Place } from '../../contracts/place.ts'
import { fromJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'

export interface Speaker {
  readonly id: string
  readonly name: string
  /** Grid, or the first part of the place's name. */
  readonly area: string
}

/** The approved loudspeakers of a community. */
export async function speakersOf(db: Db | Trx, community: string): Promise<readonly Speaker[]> {
  const rows = await db
    .selectFrom('devices')
    .select(['id', 'name', 'place'])
    .where('community', '=', community)
    .where('type', '=', 'speaker')
    .where('state', '=', 'approved')
    .orderBy('id')
    .limit(1_000)
    .execute()
  return rows.map(({ id, name, place }) => ({
    id,
    name,
    area: areaOf(fromJsonOrNull(place) as Place | null),
  }))
}

function areaOf(place: Place | null): string {
  if (place === null) return ''
  if (place.grid !== undefined) return place.grid
  const house = /^.*?(?:号楼|栋|幢|座)/.exec(place.name)
  if (house !== null) return house[0].replaceAll(/\s/g, '')
  return place.name
}

/** Named areas and devices; neither named: all. */
export function chosen(
  speakers: readonly Speaker[],
  areas: readonly string[],
  devices: readonly string[],
): readonly Speaker[] {
  if (areas.length === 0 && devices.length === 0) return speakers
  return speakers.filter(({ id, area }) => devices.includes(id) || areas.includes(area))
}
