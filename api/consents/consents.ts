import type { Selectable } from 'kysely'
import { CodedError } from '../../contracts/errors.ts'
import type { ConsentCreate, ConsentItem } from '../../contracts/http/access.ts'
import { newId } from '../../contracts/ids.ts'
import type { Actor } from '../auth/principal.ts'
import type { ConsentsTable } from '../db/access-schema.ts'
import { fromJsonOrNull, toJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import type { ResidentRow } from '../people/residents.ts'
import type { Random } from '../random.ts'
import { needsGuardian } from './age.ts'

export type ConsentRow = Selectable<ConsentsTable>

/** Consents that somebody may have; older ones stay on record. */
const liveMax = 20

export const consentOf = (row: ConsentRow): ConsentItem => ({
  id: row.id,
  resident: row.resident,
  purpose: row.purpose,
  method: row.method,
  textVersion: row.text_version,
  textSha256: row.text_sha256,
  channel: row.channel,
  guardian: fromJsonOrNull(row.guardian) as ConsentItem['guardian'],
  evidenceSha256: row.evidence_sha256,
  givenAt: row.given_at,
  expiresAt: row.expires_at,
  withdrawnAt: row.withdrawn_at,
  recordedBy: row.recorded_by,
})

const isLive = (row: ConsentRow, now: number): boolean =>
  row.withdrawn_at === null && (row.expires_at === null || row.expires_at > now)
/** The purpose has to name the face: one for a surface or for parcels is no consent to it. */
const isForFaces = (row: ConsentRow): boolean =>
  /(?<![a-z])(face|facial|biometric)|人脸|刷脸|面部|生物识别/i.test(row.purpose)

/** Puts down a consent as it was given (control C1). `today` is the local day, for the age. */
export async function giveConsent(
  trx: Trx,
  deps: { readonly random: Random },
  resident: ResidentRow,
  body: ConsentCreate,
  given: { readonly by: Actor; readonly now: number; readonly today: string },
): Promise<ConsentItem> {
  const { by, now, today } = given
  const guardian = body.guardian ?? null
  if (guardian === null && needsGuardian(resident.birth_date, today)) {
    throw new CodedError('consent.guardian-required', `resident ${resident.id} is under 14`)
  }
  const expiresAt = body.expiresAt ?? null
  if (expiresAt !== null && expiresAt <= now) {
    throw new CodedError('request.invalid', 'expiresAt lies in the past')
  }
  const live = (await consentsOf(trx, resident.id)).filter((row) => isLive(row, now))
  if (live.length >= liveMax) {
    throw new CodedError('conflict.exists', `${liveMax} live consents: withdraw some first`)
  }
  const row: ConsentRow = {
    id: newId('consent', now, deps.random),
    community: resident.community,
    resident: resident.id,
    purpose: body.purpose ?? 'face-entry',
    method: body.method ?? 'paper',
    text_version: body.textVersion ?? '1',
    text_sha256: body.textSha256 ?? null,
    channel: body.channel ?? 'console',
    guardian: toJsonOrNull(guardian === null ? null : { relation: 'guardian', ...guardian }),
    evidence_sha256: body.evidenceSha256 ?? null,
    given_at: now,
    expires_at: expiresAt,
    withdrawn_at: null,
    withdrawn_by: null,
    recorded_by: by.id,
  }
  await trx.insertInto('consents').values(row).execute()
  return consentOf(row)
}

/** Newest first: all that were ever given, the withdrawn too. */
export const consentsOf = (db: Db | Trx, resident: string): Promise<ConsentRow[]> =>
  db
    .selectFrom('consents')
    .selectAll()
    .where('resident', '=', resident)
    .orderBy('given_at', 'desc')
    .orderBy('id', 'desc')
    .execute()

/** The newest live consent to the use of the face; else throws `face.no-consent`, or that a guardian is missing. */
export async function faceConsent(
  db: Db | Trx,
  resident: ResidentRow,
  at: { readonly now: number; readonly today: string },
): Promise<ConsentRow> {
  const all = (await consentsOf(db, resident.id)).filter((row) => isLive(row, at.now))
  const live = all.filter(isForFaces)
  const [newest] = live
  if (newest === undefined) {
    const others = all.length === 0 ? '' : ': no purpose of a live consent names the face'
    throw new CodedError('face.no-consent', `resident ${resident.id}${others}`)
  }
  // They may have been taken for older when they consented.
  const guarded = live.find((row) => row.guardian !== null)
  if (!needsGuardian(resident.birth_date, at.today)) {
    // Of two in the same moment the one that a guardian gave holds longer.
    return guarded?.given_at === newest.given_at ? guarded : newest
  }
  if (guarded === undefined) {
    throw new CodedError('consent.guardian-required', `resident ${resident.id} is under 14`)
  }
  return guarded
}

export async function findConsent(
  trx: Trx,
  resident: string,
  id: string,
): Promise<ConsentRow | null> {
  const row = await trx
    .selectFrom('consents')
    .selectAll()
    .where('id', '=', id)
    .where('resident', '=', resident)
    .executeTakeFirst()
  return row ?? null
}

/** Ends a consent; nothing else of the person is touched: cards, PINs and rights stay (control C2). */
export async function endConsent(trx: Trx, id: string, by: Actor, now: number): Promise<void> {
  await trx
    .updateTable('consents')
    .set({ withdrawn_at: now, withdrawn_by: by.id })
    .where('id', '=', id)
    .where('withdrawn_at', 'is', null)
    .execute()
}
