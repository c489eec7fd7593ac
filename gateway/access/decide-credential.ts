import type { AccessHolder, AccessReason } from '../../contracts/access.ts'
import type { RosterVisitor } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'
import { cardFault, visitorFault } from './decide-card.ts'
import type { Decision, Door } from './decide-door.ts'
import type { Presented } from './presented-code.ts'

export type CredentialMethod = 'card' | 'pin' | 'qr'

export interface CredentialQuestion {
  readonly presented: Presented
  readonly now: number
  /** Entries that a visitor has used. */
  readonly entriesOf: (visitor: string) => number
  readonly visitorByPin: (community: string, pinHashHex: string) => RosterVisitor | null
}

/** Whose credential it is and whether it is valid at this door now; what the door asks besides comes after. */
export interface CredentialVerdict {
  readonly method: CredentialMethod
  readonly holder: AccessHolder | null
  readonly fault: AccessReason | null
}

const visitorHolder = ({ id, name }: RosterVisitor): AccessHolder => ({ kind: 'visitor', id, name })

/**
 * Cards, PINs and QR codes against the roster. Pure. What the roster calls a PIN is one however it was
 * read; else the reader's word counts, and without it a code is a card.
 */
export function decideCredential(
  { device, settings }: Door,
  question: CredentialQuestion,
  roster: RosterView,
): CredentialVerdict {
  const { presented, now, entriesOf } = question
  const { community, id } = device
  const here = { community, door: id, now }
  const leaving = settings.direction === 'out'
  const ofVisitor = (visitor: RosterVisitor, method: CredentialMethod): CredentialVerdict => ({
    method,
    holder: visitor.community === community ? visitorHolder(visitor) : null,
    fault: visitorFault(visitor, here, entriesOf(visitor.id), leaving),
  })

  if (presented.visitor !== null) {
    if (!presented.genuine) return { method: 'qr', holder: null, fault: 'visitor-signature' }
    const visitor = roster.visitor(presented.visitor)
    if (visitor === null) return { method: 'qr', holder: null, fault: 'visitor-unknown' }
    return ofVisitor(visitor, 'qr')
  }
  const { codeHash, method } = presented
  const card = codeHash === null ? null : roster.cardByHash(codeHash)
  if (card !== null)
    return {
      method: card.kind === 'pin' ? 'pin' : (method ?? 'card'),
      // Names stay in their community.
      holder: card.community === community ? card.holder : null,
      fault: cardFault(card, here),
    }
  const visitor = codeHash === null ? null : question.visitorByPin(community, codeHash)
  if (visitor !== null && method !== 'card') return ofVisitor(visitor, 'pin')
  return {
    method: method ?? 'card',
    holder: null,
    fault: method === 'pin' ? 'pin-wrong' : 'card-unknown',
  }
}

export const refusal = (
  method: Decision['method'],
  reason: AccessReason,
  holder: AccessHolder | null = null,
): Decision => ({ granted: false, reason, method, holder })
