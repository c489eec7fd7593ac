import type { Selectable } from 'kysely'
import { CodedError } from '../../contracts/errors.ts'
import type { Role } from '../../contracts/http/auth.ts'
import type { ContactCreate, ContactItem } from '../../contracts/http/ladder.ts'
import { newId } from '../../contracts/ids.ts'
import type { ContactsTable } from '../db/ladder-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import { maskName, maskPhone, seesPeople } from '../people/mask.ts'
import type { PeopleDeps, ResidentRow } from '../people/residents.ts'

export type ContactRow = Selectable<ContactsTable>

/** More than a ladder could ever call. */
const contactsMax = 20

/** In the order in which they are called. */
export const contactsOf = (db: Db | Trx, resident: string): Promise<ContactRow[]> =>
  db
    .selectFrom('contacts')
    .selectAll()
    .where('resident', '=', resident)
    .orderBy('position')
    .orderBy('id')
    .limit(contactsMax)
    .execute()

export async function findContact(
  db: Db | Trx,
  resident: string,
  id: string,
): Promise<ContactRow | null> {
  const row = await db
    .selectFrom('contacts')
    .selectAll()
    .where('id', '=', id)
    .where('resident', '=', resident)
    .executeTakeFirst()
  return row ?? null
}

/** Without a position they stand last. */
export async function createContact(
  trx: Trx,
  deps: PeopleDeps,
  resident: ResidentRow,
  body: ContactCreate,
  now: number,
): Promise<ContactRow> {
  const before = await contactsOf(trx, resident.id)
  if (before.length >= contactsMax) {
    throw new CodedError('request.invalid', `at most ${contactsMax} contacts`)
  }
  const row: ContactRow = {
    id: newId('contact', now, deps.random),
    resident: resident.id,
    community: resident.community,
    name: body.name,
    relation: body.relation ?? '',
    phone: body.phone ?? null,
    email: body.email ?? null,
    language: body.language ?? 'zh',
    position: body.position ?? (before.at(-1)?.position ?? 0) + 1,
    created_at: now,
    updated_at: now,
  }
  checkReachable(row)
  await trx.insertInto('contacts').values(row).execute()
  return row
}

export async function patchContact(
  trx: Trx,
  before: ContactRow,
  patch: Partial<ContactCreate>,
  now: number,
): Promise<ContactRow> {
  const row: ContactRow = {
    ...before,
    name: patch.name ?? before.name,
    relation: patch.relation ?? before.relation,
    phone: patch.phone === undefined ? before.phone : patch.phone,
    email: patch.email === undefined ? before.email : patch.email,
    language: patch.language ?? before.language,
    position: patch.position ?? before.position,
    updated_at: now,
  }
  checkReachable(row)
  await trx.updateTable('contacts').set(row).where('id', '=', row.id).execute()
  return row
}

export async function removeContact(trx: Trx, resident: string, id: string): Promise<boolean> {
  const result = await trx
    .deleteFrom('contacts')
    .where('id', '=', id)
    .where('resident', '=', resident)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

function checkReachable(row: ContactRow): void {
  if (row.phone === null && row.email === null) {
    throw new CodedError('request.invalid', 'a contact needs a telephone or an e-mail address')
  }
}

/** Who rings needs the number; in the list, and for other roles, it is masked. */
export const contactItem = (row: ContactRow, role: Role | null, whole: boolean): ContactItem => ({
  id: row.id,
  resident: row.resident,
  name: seesPeople(role) ? row.name : maskName(row.name),
  relation: row.relation,
  phone: row.phone === null ? null : whole ? row.phone : maskPhone(row.phone),
  email: row.email === null ? null : whole ? row.email : maskEmail(row.email),
  language: row.language === 'en' ? 'en' : 'zh',
  position: row.position,
})

const maskEmail = (email: string): string =>
  `${email.slice(0, 1)}***${email.slice(email.indexOf('@'))}`
