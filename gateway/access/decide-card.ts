import type { AccessReason } from '../../contracts/access.ts'
import type { RosterCard, RosterVisitor } from '../../contracts/roster.ts'

export interface PlaceAndTime {
  readonly community: string
  readonly door: string
  readonly now: number
}

/** Why a card or PIN of the roster may not pass here and now; null: it may. */
export function cardFault(
  card: RosterCard,
  { community, door, now }: PlaceAndTime,
): AccessReason | null {
  if (card.community !== community) return 'card-other-community'
  if (card.doors.length > 0 && !card.doors.includes(door)) return 'card-not-for-this-door'
  if (card.from !== null && now < card.from) return 'card-not-yet-valid'
  if (card.to !== null && now >= card.to) return 'card-expired'
  return null
}

/**
 * Why a visitor may not pass here and now; null: they may. `entries` are those used so far, over all doors;
 * `leaving`: the door only leads out, where nobody is kept in because of a number.
 */
export function visitorFault(
  visitor: RosterVisitor,
  { community, door, now }: PlaceAndTime,
  entries: number,
  leaving: boolean,
): AccessReason | null {
  if (visitor.community !== community) return 'visitor-unknown'
  if (visitor.doors.length > 0 && !visitor.doors.includes(door)) return 'holder-not-allowed'
  if (now < visitor.from) return 'visitor-not-yet-valid'
  if (now >= visitor.to) return 'visitor-expired'
  if (!leaving && visitor.entriesMax !== null && entries >= visitor.entriesMax)
    return 'visitor-used-up'
  return null
}
