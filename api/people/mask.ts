import type { Role } from '../../contracts/http/auth.ts'

/** Who looks after people sees who they are; who only reads figures does not. */
const fullView: ReadonlySet<Role | null> = new Set(['admin', 'staff', 'grid', 'gateway'])

export const seesPeople = (role: Role | null): boolean => fullView.has(role)

/** `吴秀兰` → `吴**`; one sign stays so that a list can be read. */
export const maskName = (name: string): string => {
  const [first = ''] = name
  return `${first}**`
}

/** `13812342207` → `138****2207`; short numbers lose all but the last two digits. */
export function maskPhone(phone: string): string {
  if (phone.length < 8) return `****${phone.slice(-2)}`
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`
}

/** The holder of a passage as a role may see them: their id and kind, and the name only where it is needed. */
export const maskHolder = <T extends { readonly name: string }>(holder: T, role: Role | null): T =>
  seesPeople(role) ? holder : { ...holder, name: maskName(holder.name) }
