import type { LastEvidence } from '../../contracts/care.ts'
import type { RosterResident } from '../../contracts/roster.ts'
import type { Waiting } from '../model/due-heap.ts'

/** A watched resident. */
export interface Person extends Waiting {
  readonly id: string
  resident: RosterResident
  /** Our time at which we learned that they are watched. */
  knownAt: number
  /** Newest sign by their own card or by somebody who saw them. */
  own: LastEvidence | null
  /** Such signs, event time; see `keepSign`. */
  signs: number[]
  /** Absences, by id, that a return ended early, and when. */
  readonly returned: Map<string, number>
  /** Since when the anomaly stands, our time. */
  unseenAt: number | null
  cannotTellAt: number | null
}

export const createPerson = (resident: RosterResident, knownAt: number): Person => ({
  id: resident.id,
  key: `care/resident/${resident.id}`,
  dueAt: null,
  resident,
  knownAt,
  own: null,
  signs: [],
  returned: new Map(),
  unseenAt: null,
  cannotTellAt: null,
})
