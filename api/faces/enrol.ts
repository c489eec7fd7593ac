import { CodedError } from '../../contracts/errors.ts'
import type { FaceCreated, FaceItem } from '../../contracts/http/access.ts'
import { newId } from '../../contracts/ids.ts'
import { faceConsent } from '../consents/consents.ts'
import type { Db, Trx } from '../db/open.ts'
import type { ResidentRow } from '../people/residents.ts'
import { recordChange } from '../roster/change.ts'
import { faceOf } from '../roster/rows.ts'
import type { Services } from '../services.ts'
import { checkFiling } from './filing.ts'
import type { FaceRow } from './forget.ts'
import { type TemplateDeps, withTemplate } from './template.ts'

export type EnrolDeps = TemplateDeps &
  Pick<Services, 'random' | 'push' | 'accessRules'> & {
    readonly tickets: Pick<Services['tickets'], 'dayOf'>
  }

/** Of one person: three shots with and without glasses, some years apart. */
const facesPerResidentMax = 10

export const faceItem = (row: FaceRow): FaceItem => ({
  id: row.id,
  resident: row.resident,
  consent: row.consent,
  createdAt: row.created_at,
  pictures: row.pictures,
})

/** What must hold before a picture is looked at: consent, filing, and room. Throws the code that says what is missing. */
export async function mayEnrol(
  deps: EnrolDeps,
  db: Db | Trx,
  resident: ResidentRow,
): Promise<{ readonly consent: string }> {
  const now = deps.clock()
  const consent = await faceConsent(db, resident, { now, today: deps.tickets.dayOf(now) })
  const stored = await facesOf(db, resident.id)
  if (stored.length === 0) await checkFiling(db, deps.accessRules.filingNumber)
  if (stored.length >= facesPerResidentMax) {
    throw new CodedError('conflict.exists', `${facesPerResidentMax} faces: delete one first`)
  }
  return { consent: consent.id }
}

/** `pictures` are base64 JPEG. The consent is looked at again when the template is there. */
export async function enrolFace(
  deps: EnrolDeps,
  resident: ResidentRow,
  pictures: readonly string[],
): Promise<FaceCreated> {
  const now = deps.clock()
  const id = newId('face', now, deps.random)
  const { community } = resident
  const request = {
    template: id,
    community,
    subject: resident.id,
    use: 'entry' as const,
    pictures: [...pictures],
  }
  const { answer, result } = await withTemplate(deps, request, async (trx) => {
    const { consent } = await mayEnrol(deps, trx, resident)
    const row: FaceRow = {
      id,
      community,
      resident: resident.id,
      consent,
      pictures: pictures.length,
      created_at: now,
    }
    await trx.insertInto('faces').values(row).execute()
    return { row, change: await recordChange(trx, { faces: { upsert: [faceOf(row)] } }) }
  })
  const inForce = await deps.push(result.change)
  const { quality, lookAlikes } = answer
  return { ...faceItem(result.row), quality, lookAlikes, inForce }
}

export const facesOf = (db: Db | Trx, resident: string): Promise<FaceRow[]> =>
  db.selectFrom('faces').selectAll().where('resident', '=', resident).orderBy('id').execute()
