import type { Roster } from '../../contracts/roster.ts'
import type { Db } from '../db/open.ts'
import { rosterVersion } from './change.ts'
import { cardOf, credentialOf, deviceOf, householdOf, residentOf } from './rows.ts'

/** The whole roster at one version: read in one transaction, so nothing is half changed. */
export function readRoster(db: Db): Promise<Roster> {
  return db.transaction().execute(async (trx) => {
    const suspensions = await trx.selectFrom('suspensions').selectAll().orderBy('id').execute()
    const bySomebody = new Map<string, typeof suspensions>()
    for (const row of suspensions) {
      bySomebody.set(row.resident, [...(bySomebody.get(row.resident) ?? []), row])
    }
    const residents = await trx.selectFrom('residents').selectAll().execute()
    return {
      version: await rosterVersion(trx),
      devices: (await trx.selectFrom('devices').selectAll().execute()).map(deviceOf),
      credentials: (await trx.selectFrom('mqtt_credentials').selectAll().execute()).map(
        credentialOf,
      ),
      households: (await trx.selectFrom('households').selectAll().execute()).map(householdOf),
      residents: residents.map((row) => residentOf(row, bySomebody.get(row.id) ?? [])),
      cards: (await trx.selectFrom('cards').selectAll().execute()).map(cardOf),
    }
  })
}
