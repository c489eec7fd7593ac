import type { AnyEffect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import { hintKeptMs, type Person } from './person.ts'
import type { SignKind } from './signs.ts'

/** Who is away may be visited or called there, and meters run by themselves now and then: neither brings anybody home. */
const returning: ReadonlySet<SignKind> = new Set([
  'door',
  'motion',
  'sos',
  'card',
  'pin',
  'qr',
  'face',
  'terminal',
])
export const comesBack = (what: SignKind): boolean => returning.has(what)

interface Back {
  readonly ts: number
  readonly what: SignKind
  readonly where: string
}

/**
 * Ends the absences in which the person was seen here, and tells of it. `home` is set for a sign that a
 * sensor of the home gave while everybody was away: whoever waters the flowers leaves soon, so it is the
 * return when life goes on, or when somebody moves about whom the door did not let in. Where several are
 * away, it ends the absences of those who are not in hospital: better watched too early than forgotten.
 */
export function returnFrom(
  desk: CareDesk,
  person: Person,
  sign: Back,
  home: { readonly alone: boolean; readonly behind: boolean } | null,
): AnyEffect[] {
  if (!comesBack(sign.what)) return []
  const over = person.resident.away.filter(({ id, from, to, reason }) => {
    if (sign.ts < from + desk.settings.awayGraceMs || (to !== null && sign.ts >= to)) return false
    if (home !== null && !home.alone && reason === 'hospital') return false
    const known = person.returned.get(id)
    return known === undefined || known > sign.ts
  })
  if (over.length === 0) return []
  if (home !== null && !staysOn(desk, person, sign, home)) return []
  person.hintAt = null
  const kept = new Set(person.resident.away.map(({ id }) => id))
  for (const id of person.returned.keys()) if (!kept.has(id)) person.returned.delete(id)
  desk.touchPerson(person)
  return over.map(({ id }): AnyEffect => {
    person.returned.set(id, sign.ts)
    return {
      kind: 'tell',
      type: 'care.returned',
      community: person.resident.community,
      device: null,
      at: sign.ts,
      data: {
        resident: person.id,
        suspension: id,
        at: sign.ts,
        what: sign.what,
        where: sign.where,
      },
    }
  })
}

function staysOn(
  desk: CareDesk,
  person: Person,
  sign: Back,
  { alone, behind }: { readonly alone: boolean; readonly behind: boolean },
): boolean {
  if (alone && !behind && sign.what !== 'door') return true
  const { hintAt } = person
  if (hintAt === null || sign.ts - hintAt > hintKeptMs || sign.ts < hintAt) {
    person.hintAt = sign.ts
    desk.touchPerson(person)
    return false
  }
  return sign.ts - hintAt >= desk.settings.returnSpanMs
}
