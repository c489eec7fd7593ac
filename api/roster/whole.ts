import type { Roster } from '../../contracts/roster.ts'
import type { Db, Trx } from '../db/open.ts'
import { standingModes } from '../modes/modes.ts'
import { rosterVersion } from './change.ts'
import {
  cardOf,
  credentialOf,
  deviceOf,
  faceOf,
  householdOf,
  modeOf,
  residentOf,
  vehicleOf,
  visitorOf,
  watchedOf,
} from './rows.ts'

/**
 * The whole roster at one version: read in one transaction, so nothing is half changed. At `now` a face
 * whose consent has ended and an entry of the watch-list past its time are not in it.
 */
export function readRoster(db: Db, now: number): Promise<Roster> {
  return db.transaction().execute(async (trx) => ({
    version: await rosterVersion(trx),
    devices: (await trx.selectFrom('devices').selectAll().execute()).map(deviceOf),
    credentials: (await trx.selectFrom('mqtt_credentials').selectAll().execute()).map(credentialOf),
    households: (await trx.selectFrom('households').selectAll().execute()).map(householdOf),
    residents: await readResidents(trx),
    cards: (await trx.selectFrom('cards').selectAll().execute()).map(cardOf),
    faces: await readFaces(trx, now),
    vehicles: (await trx.selectFrom('vehicles').selectAll().execute()).map(vehicleOf),
    visitors: (await trx.selectFrom('visitors').selectAll().where('listed', '=', 1).execute()).map(
      visitorOf,
    ),
    watchlist: await readWatchlist(trx, now),
    modes: (await standingModes(trx, now)).map(modeOf),
  }))
}

async function readResidents(trx: Trx): Promise<Roster['residents']> {
  const suspensions = await trx.selectFrom('suspensions').selectAll().orderBy('id').execute()
  const bySomebody = new Map<string, typeof suspensions>()
  for (const row of suspensions) {
    bySomebody.set(row.resident, [...(bySomebody.get(row.resident) ?? []), row])
  }
  const residents = await trx.selectFrom('residents').selectAll().execute()
  return residents.map((row) => residentOf(row, bySomebody.get(row.id) ?? []))
}

async function readFaces(trx: Trx, now: number) {
  const rows = await trx
    .selectFrom('faces')
    .innerJoin('consents', 'consents.id', 'faces.consent')
    .selectAll('faces')
    .where('consents.withdrawn_at', 'is', null)
    .where((eb) =>
      eb.or([eb('consents.expires_at', 'is', null), eb('consents.expires_at', '>', now)]),
    )
    .execute()
  return rows.map(faceOf)
}

async function readWatchlist(trx: Trx, now: number) {
  const rows = await trx
    .selectFrom('watchlist')
    .selectAll()
    .where('approved_at', 'is not', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', now)
    .execute()
  return rows.map(watchedOf)
}
