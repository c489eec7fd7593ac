import type { Selectable } from 'kysely'
import type { DeletionReceipt } from '../../contracts/http/access.ts'
import type { RosterChange } from '../../contracts/roster.ts'
import { needsGuardian } from '../consents/age.ts'
import { endConsent, findConsent } from '../consents/consents.ts'
import type { Actor } from '../auth/principal.ts'
import type { FacesTable } from '../db/access-schema.ts'
import type { Trx } from '../db/open.ts'
import type { ResidentRow } from '../people/residents.ts'
import { recordChange } from '../roster/change.ts'
import type { Services } from '../services.ts'
import { appendReceipt, lastReceipt, subjectHash } from './receipts.ts'
import { scheduleRemoval } from './removals.ts'

export type FaceRow = Selectable<FacesTable>
type Deps = Pick<Services, 'transact' | 'clock' | 'push' | 'removals'>

/** What of one consent goes; the first id names the batch, so none is named twice. */
export interface Going {
  readonly batch: string
  readonly change: RosterChange
}

/** Takes faces of one consent out of the archive and the roster, and puts their templates on the list. */
export async function dropFaces(
  trx: Trx,
  faces: readonly FaceRow[],
  by: { readonly actor: string; readonly now: number },
): Promise<Going | null> {
  const [first] = faces
  if (first === undefined) return null
  const ids = faces.map(({ id }) => id)
  await trx.deleteFrom('faces').where('id', 'in', ids).execute()
  await scheduleRemoval(trx, {
    templates: ids,
    batch: first.id,
    consent: first.consent,
    subjectSha256: subjectHash(first.community, first.resident),
    actor: by.actor,
    receipt: true,
    dueAt: by.now,
  })
  return { batch: first.id, change: await recordChange(trx, { faces: { remove: ids } }) }
}

/** Deletes one face; null when the resident has none of that id. */
export async function deleteFace(
  deps: Deps,
  resident: ResidentRow,
  id: string,
  by: Actor,
): Promise<DeletionReceipt | null> {
  const going = await deps.transact(async (trx) => {
    const faces = await trx
      .selectFrom('faces')
      .selectAll()
      .where('id', '=', id)
      .where('resident', '=', resident.id)
      .execute()
    return dropFaces(trx, faces, { actor: by.id, now: deps.clock() })
  })
  return going === null ? null : carryOut(deps, going)
}

/**
 * Withdraws a consent: its faces leave the archive and the roster at once and the box deletes their
 * templates (control C6). Saying it twice changes nothing. Null when there is no such consent.
 */
export async function withdrawConsent(
  deps: Deps,
  resident: ResidentRow,
  id: string,
  by: Actor,
): Promise<DeletionReceipt | null> {
  const found = await deps.transact(async (trx) => {
    const now = deps.clock()
    const consent = await findConsent(trx, resident.id, id)
    if (consent === null) return null
    await endConsent(trx, id, by, now)
    const faces = await trx.selectFrom('faces').selectAll().where('consent', '=', id).execute()
    const going = await dropFaces(trx, faces, { actor: by.id, now })
    if (going !== null) return { going, receipt: null }
    const before = await lastReceipt(trx, id)
    const nothing = {
      consent: id,
      subjectSha256: subjectHash(resident.community, resident.id),
      templates: 0,
      pictures: 0,
      at: now,
      actor: by.id,
      inForce: true,
    }
    return { going, receipt: before ?? (await appendReceipt(trx, nothing)) }
  })
  if (found === null) return null
  return found.going === null ? found.receipt : carryOut(deps, found.going)
}

export async function carryOut(
  deps: Pick<Deps, 'push' | 'removals'>,
  going: Going,
): Promise<DeletionReceipt | null> {
  const [receipt] = await Promise.all([deps.removals.settle(going.batch), deps.push(going.change)])
  return receipt
}

/** A child's faces that no guardian agreed to, found out by a birthday that was entered later (PIPL 31). */
export async function dropUnguarded(
  trx: Trx,
  resident: ResidentRow,
  by: { readonly actor: string; readonly now: number; readonly today: string },
): Promise<Going[]> {
  if (!needsGuardian(resident.birth_date, by.today)) return []
  const faces = await trx
    .selectFrom('faces')
    .innerJoin('consents', 'consents.id', 'faces.consent')
    .selectAll('faces')
    .where('faces.resident', '=', resident.id)
    .where('consents.guardian', 'is', null)
    .execute()
  const goings: Going[] = []
  for (const group of byConsent(faces)) {
    const going = await dropFaces(trx, group, by)
    if (going !== null) goings.push(going)
  }
  return goings
}

function byConsent(faces: readonly FaceRow[]): FaceRow[][] {
  const groups = new Map<string, FaceRow[]>()
  for (const face of faces) groups.set(face.consent, [...(groups.get(face.consent) ?? []), face])
  return [...groups.values()]
}

/** Faces whose consent has run out go as if it had been withdrawn. The changes that the box must hear of. */
export async function dropExpired(trx: Trx, now: number): Promise<RosterChange[]> {
  const faces = await trx
    .selectFrom('faces')
    .innerJoin('consents', 'consents.id', 'faces.consent')
    .selectAll('faces')
    .where('consents.expires_at', '<=', now)
    .limit(500)
    .execute()
  const changes: RosterChange[] = []
  for (const group of byConsent(faces)) {
    const going = await dropFaces(trx, group, { actor: 'linli: consent expired', now })
    if (going !== null) changes.push(going.change)
  }
  return changes
}
