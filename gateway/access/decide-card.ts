import { createHash } from 'node:crypto'
import type { RosterCard } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'

export interface CardQuestion {
  readonly community: string
  readonly door: string
  /** Of what the reader read: a card number, a PIN; see `hashCode`. */
  readonly codeHash: string
  readonly now: number
}

export type CardReason =
  | 'ok'
  | 'door-unknown'
  | 'door-not-approved'
  | 'card-unknown'
  | 'card-other-community'
  | 'card-not-for-this-door'
  | 'card-not-yet-valid'
  | 'card-expired'

export interface CardDecision {
  readonly granted: boolean
  readonly reason: CardReason
  readonly holder: RosterCard['holder'] | null
}

/** SHA-256 of community, ":" and the code, as the roster holds it. */
export const hashCode = (community: string, code: string): string =>
  createHash('sha256').update(`${community}:${code}`).digest('hex')

/** Who may pass which door with a card or PIN. Pure: the roster and the time decide. */
export function decideCard(question: CardQuestion, roster: RosterView): CardDecision {
  const { community, door, now } = question
  const device = roster.device(community, door)
  if (device === null) return deny('door-unknown', null)
  if (device.state !== 'approved') return deny('door-not-approved', null)
  const card = roster.cardByHash(question.codeHash)
  if (card === null) return deny('card-unknown', null)
  if (card.community !== community) return deny('card-other-community', null)
  if (card.doors.length > 0 && !card.doors.includes(door))
    return deny('card-not-for-this-door', card)
  if (card.from !== null && now < card.from) return deny('card-not-yet-valid', card)
  if (card.to !== null && now >= card.to) return deny('card-expired', card)
  return { granted: true, reason: 'ok', holder: card.holder }
}

const deny = (reason: CardReason, card: RosterCard | null): CardDecision => ({
  granted: false,
  reason,
  holder: card?.holder ?? null,
})
