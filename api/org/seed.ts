import type { DutySeed } from '../../config/org.ts'
import type { Unit } from '../../contracts/http/org.ts'
import { newId } from '../../contracts/ids.ts'
import { systemActor } from '../auth/principal.ts'
import type { Trx } from '../db/open.ts'
import type { Random } from '../random.ts'

interface Seeds {
  readonly units: readonly Unit[]
  readonly duties: readonly DutySeed[]
}

/**
 * Adds what config/org.yaml names and the store has never known. What people have changed or ended
 * stays as they left it.
 */
export async function seedOrg(
  trx: Trx,
  random: Random,
  { units, duties }: Seeds,
  now: number,
): Promise<void> {
  const known = await trx.selectFrom('units').select('id').execute()
  const ids = new Set(known.map(({ id }) => id))
  for (const [i, { id, kind, name, parent, position }] of units.entries()) {
    if (ids.has(id)) continue
    await trx
      .insertInto('units')
      .values({
        id,
        kind,
        parent,
        zh: name.zh,
        en: name.en,
        position: position === undefined ? null : JSON.stringify(position),
        // So that they are listed in the order of the file.
        created_at: now - units.length + i,
        updated_at: now,
        ended_at: null,
      })
      .execute()
  }
  const stand = await trx.selectFrom('duties').select(['category', 'area']).execute()
  const keys = new Set(stand.map(({ category, area }) => `${category} ${area ?? ''}`))
  for (const { category, area, unit } of duties) {
    if (keys.has(`${category} ${area ?? ''}`)) continue
    await trx
      .insertInto('duties')
      .values({
        id: newId('duty', now, random),
        category,
        area,
        unit,
        from_at: 0,
        to_at: null,
        reason: null,
        dispute: null,
        by_id: systemActor.id,
        by_name: systemActor.name,
        created_at: now,
      })
      .execute()
  }
}
