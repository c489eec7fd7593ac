import type { DeviceOrigin } from '../../contracts/http/devices.ts'
import type { Place } from '../../contracts/place.ts'
import { fromJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'

export interface Speaker {
  readonly id: string
  readonly name: string
  /** House, else the name of the place; then its grid. */
  readonly areas: readonly string[]
  /** Plays sounds that it fetches (`speaker.play`); null where it has not said. */
  readonly plays: boolean | null
  /** Speaks texts by itself (`speaker.say`); null where it has not said. */
  readonly says: boolean | null
}

/** The approved loudspeakers of a community. */
export async function speakersOf(db: Db | Trx, community: string): Promise<readonly Speaker[]> {
  const rows = await approved(db, community).orderBy('id').limit(1_000).execute()
  return rows.map(speakerOf)
}

/** Null where it is not approved any more. */
export async function findSpeaker(db: Db, community: string, id: string): Promise<Speaker | null> {
  const row = await approved(db, community).where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : speakerOf(row)
}

/** Whether any community has a loudspeaker, or one that plays sounds. */
export async function anySpeaker(db: Db, thatPlays: boolean): Promise<boolean> {
  let query = db
    .selectFrom('devices')
    .select('id')
    .where('type', '=', 'speaker')
    .where('state', '=', 'approved')
  if (thatPlays) query = query.where('origin', 'like', '%"speaker.play"%')
  return (await query.limit(1).executeTakeFirst()) !== undefined
}

const approved = (db: Db | Trx, community: string) =>
  db
    .selectFrom('devices')
    .select(['id', 'name', 'place', 'origin'])
    .where('community', '=', community)
    .where('type', '=', 'speaker')
    .where('state', '=', 'approved')

function speakerOf(row: {
  readonly id: string
  readonly name: string
  readonly place: string | null
  readonly origin: string | null
}): Speaker {
  const origin = fromJsonOrNull(row.origin) as DeviceOrigin | null
  const can = new Set(origin?.capabilities ?? [])
  const said = can.has('speaker.play') || can.has('speaker.say')
  return {
    id: row.id,
    name: row.name,
    areas: areasOf(fromJsonOrNull(row.place) as Place | null),
    plays: said ? can.has('speaker.play') : null,
    says: said ? can.has('speaker.say') : null,
  }
}

function areasOf(place: Place | null): readonly string[] {
  if (place === null) return []
  const house = /^.*?(?:号楼|栋|幢|座)/.exec(place.name)?.[0].replaceAll(/\s/g, '')
  return [house ?? place.name, ...(place.grid === undefined ? [] : [place.grid])]
}

/** Named areas and devices; neither named: all. */
export function chosen(
  speakers: readonly Speaker[],
  areas: readonly string[],
  devices: readonly string[],
): readonly Speaker[] {
  if (areas.length === 0 && devices.length === 0) return speakers
  return speakers.filter(
    (speaker) => devices.includes(speaker.id) || speaker.areas.some((area) => areas.includes(area)),
  )
}
