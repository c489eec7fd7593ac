import type { CareSignKind, CareSignReport } from '../../contracts/care.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { CallItem, CheckinItem } from '../../contracts/http/care.ts'
import type { CallCreate, CheckinCreate } from '../../contracts/http/people.ts'
import { newId } from '../../contracts/ids.ts'
import type { Selectable } from 'kysely'
import type { Actor } from '../auth/principal.ts'
import type { Db, Trx } from '../db/open.ts'
import type { CareSignsTable } from '../db/care-schema.ts'
import type { PeopleDeps, ResidentRow } from './residents.ts'

type Row = Selectable<CareSignsTable>
interface Said {
  readonly at?: number | undefined
  readonly note?: string | undefined
  readonly answered?: boolean
  readonly byWhom?: CallItem['byWhom']
}

/** When it happened; not in the future, but for a telephone whose clock is a minute fast. */
export function happenedAt(at: number | undefined, now: number): number {
  if (at !== undefined && at > now + 60_000) {
    throw new CodedError('request.invalid', 'at lies in the future')
  }
  return Math.min(at ?? now, now)
}

async function put(
  trx: Trx,
  deps: PeopleDeps,
  kind: Exclude<CareSignKind, 'visit'>,
  resident: ResidentRow,
  said: Said,
  actor: Actor,
  now: number,
): Promise<Row> {
  const row: Row = {
    id: newId('event', now, deps.random),
    kind,
    resident: resident.id,
    community: resident.community,
    at: happenedAt(said.at, now),
    answered: said.answered === undefined ? null : Number(said.answered),
    by_whom: said.byWhom ?? null,
    note: said.note ?? null,
    by_id: actor.id,
    by_name: actor.name,
    created_at: now,
    forwarded_at: null,
  }
  await trx.insertInto('care_signs').values(row).execute()
  return row
}

/** All is well, as the person says themself or somebody says for them. The forwarder brings it to the box. */
export const recordCheckin = async (
  trx: Trx,
  deps: PeopleDeps,
  resident: ResidentRow,
  body: CheckinCreate,
  actor: Actor,
  now: number,
): Promise<CheckinItem> => checkinOf(await put(trx, deps, 'checkin', resident, body, actor, now))

/** A call that somebody made. That nobody took it is worth knowing too: it is on record, and no sign of life. */
export async function recordCall(
  trx: Trx,
  deps: PeopleDeps,
  resident: ResidentRow,
  body: CallCreate,
  actor: Actor,
  now: number,
): Promise<CallItem> {
  if (body.answered !== (body.byWhom !== undefined)) {
    throw new CodedError('request.invalid', 'byWhom says who took the call, and only then')
  }
  return callOf(await put(trx, deps, 'call', resident, body, actor, now))
}

/** Newest first. */
export async function listCareSigns(
  db: Db,
  resident: string,
  kind: Exclude<CareSignKind, 'visit'>,
  limit: number,
): Promise<Row[]> {
  return db
    .selectFrom('care_signs')
    .selectAll()
    .where('resident', '=', resident)
    .where('kind', '=', kind)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

export const checkinOf = (row: Row): CheckinItem => ({
  id: row.id,
  resident: row.resident,
  at: row.at,
  note: row.note,
  by: { id: row.by_id, name: row.by_name },
})

export const callOf = (row: Row): CallItem => ({
  ...checkinOf(row),
  answered: row.answered === 1,
  byWhom: row.by_whom as CallItem['byWhom'],
})

/** What the box is told; notes stay here. */
export const reportOf = (row: Row): CareSignReport => ({
  id: row.id,
  community: row.community,
  resident: row.resident,
  kind: row.kind as CareSignKind,
  at: row.at,
  by: row.by_name,
  ...(row.answered === null ? {} : { answered: row.answered === 1 }),
  ...(row.by_whom === null ? {} : { byWhom: row.by_whom as NonNullable<CallItem['byWhom']> }),
})
