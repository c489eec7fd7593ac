import type { ParkingSession } from '../../contracts/http/access.ts'
import type { Effect } from '../model/effect.ts'
import type { Engine, StateRow } from '../model/engine.ts'
import type { Input } from '../model/input.ts'
import type { RosterView } from '../model/roster-view.ts'
import { ParkingBook, type ParkingBounds, passageOf } from './parking-book.ts'

export interface ParkingEngine extends Engine {
  sessions(community?: string): ParkingSession[]
}

const prefix = 'parking/'
const nothing: readonly Effect[] = []

/**
 * Parking sessions on disk: each committed passage through a barrier opens or ends one, in the
 * transaction that commits the passage. It raises nothing; barriers read it at the start.
 */
export function createParkingEngine(
  deps: { readonly roster: RosterView },
  bounds: Partial<ParkingBounds> = {},
): ParkingEngine {
  const book = new ParkingBook(bounds)
  const dirty = new Map<string, string | null>()

  return {
    apply(input: Input) {
      if (input.kind !== 'access') return nothing
      const carPark = deps.roster.device(input.community, input.door)?.barrier?.carPark
      const passage = carPark === undefined ? null : passageOf(input, carPark)
      if (passage === null) return nothing
      for (const session of book.apply(passage)) dirty.set(session.id, JSON.stringify(session))
      for (const id of book.takeForgotten()) dirty.set(id, null)
      return nothing
    },
    nextDueAt: () => null,
    restore(rows) {
      book.restore(
        [...rows].flatMap(({ key, value }) =>
          key.startsWith(prefix) && value !== null ? [JSON.parse(value) as ParkingSession] : [],
        ),
      )
    },
    takeDirty(): readonly StateRow[] {
      const rows = [...dirty].map(([id, value]) => ({ key: prefix + id, value }))
      dirty.clear()
      return rows
    },
    sessions: (community) => book.sessions(community),
  }
}
