import type { Account, Role } from '../../contracts/http/auth.ts'

export type Scope = 'open311' | 'intake' | 'read' | 'gateway' | 'terminal'

/** Who asks. A key or a box has no account; `areas` null means every community. */
export interface Principal {
  readonly kind: 'user' | 'key' | 'service' | 'system'
  readonly id: string
  readonly name: string
  /** Null for a key that carries scopes only. */
  readonly role: Role | null
  readonly areas: readonly string[] | null
  readonly unit: string | null
  readonly scopes: readonly Scope[]
  readonly mustChangePassword: boolean
  /** Set when the request came with a session, by cookie or bearer. */
  readonly session: string | null
  readonly account: Account | null
}

export interface Actor {
  readonly kind: string
  readonly id: string
  readonly name: string
}

export const actorOf = (principal: Principal): Actor => ({
  kind: principal.kind === 'service' ? 'gateway' : principal.kind,
  id: principal.id,
  name: principal.name,
})

export const systemActor: Actor = { kind: 'system', id: 'linli', name: 'Linli' }

export const seesCommunity = (principal: Principal, community: string): boolean =>
  principal.areas === null || principal.areas.includes(community)
