import type { AccessHolder } from '../../contracts/access.ts'
import type { ParkingSession } from '../../contracts/http/access.ts'
import type { AccessFact } from '../model/input.ts'

/** A car that a barrier let through. */
export interface Passage {
  readonly community: string
  readonly carPark: string
  readonly plate: string
  readonly holder: AccessHolder | null
  readonly barrier: string
  readonly direction: 'in' | 'out'
  readonly ts: number
}

/** Null where the fact is no passage. In our time; of a barrier that reports later, in its own. */
export function passageOf(fact: AccessFact, carPark: string): Passage | null {
  const { granted, plate, direction, community, holder, door: barrier, receivedAt } = fact
  if (!granted || plate === undefined || direction === undefined) return null
  const ts = fact.method === 'terminal' ? Math.min(fact.ts, receivedAt) : receivedAt
  return { community, carPark, plate, holder, barrier, direction, ts }
}

export interface ParkingBounds {
  /** Cars inside, over all car parks; the one that came first makes room. */
  readonly openMax: number
  /** Ended sessions that are remembered. */
  readonly endedMax: number
}

/** Said of the end of a session that nobody saw. */
export const unseenExit = 'unseen'

const keyOf = (community: string, carPark: string, plate: string): string =>
  `${community}/${carPark}/${plate}`

/**
 * Who is in which car park. A car that comes in twice has left unseen in between; one that leaves without
 * having come in leaves nothing behind. Mutable; of one owner.
 */
export class ParkingBook {
  readonly #bounds: ParkingBounds
  readonly #open = new Map<string, ParkingSession>()
  readonly #ended: ParkingSession[] = []
  /** Sessions ended to make room. */
  dropped = 0

  constructor(bounds: Partial<ParkingBounds> = {}) {
    this.#bounds = { openMax: 50_000, endedMax: 500, ...bounds }
  }

  /** The sessions that changed, open or ended. */
  apply(passage: Passage): ParkingSession[] {
    const key = keyOf(passage.community, passage.carPark, passage.plate)
    const inside = this.#open.get(key)
    if (passage.direction === 'out')
      return inside === undefined ? [] : [this.#end(key, inside, passage.ts, passage.barrier)]
    // The same passage, told again.
    if (inside?.enteredAt === passage.ts) return []
    const changed: ParkingSession[] = []
    if (inside !== undefined) changed.push(this.#end(key, inside, passage.ts, unseenExit))
    const oldest = this.#open.entries().next()
    if (this.#open.size >= this.#bounds.openMax && oldest.done !== true) {
      this.dropped += 1
      changed.push(this.#end(oldest.value[0], oldest.value[1], passage.ts, unseenExit))
    }
    const session: ParkingSession = {
      id: `${key}/${passage.ts}`,
      community: passage.community,
      carPark: passage.carPark,
      plate: passage.plate,
      holder: passage.holder,
      enteredAt: passage.ts,
      enteredBy: passage.barrier,
      leftAt: null,
      leftBy: null,
    }
    this.#open.set(key, session)
    return [...changed, session]
  }

  inside(community: string, carPark: string, plate: string): ParkingSession | null {
    return this.#open.get(keyOf(community, carPark, plate)) ?? null
  }

  taken(community: string, carPark: string): number {
    let count = 0
    for (const session of this.#open.values())
      if (session.community === community && session.carPark === carPark) count += 1
    return count
  }

  /** Those inside, then those who left, newest first. */
  sessions(community?: string): ParkingSession[] {
    const all = [...[...this.#open.values()].reverse(), ...[...this.#ended].reverse()]
    return community === undefined ? all : all.filter((one) => one.community === community)
  }

  restore(sessions: Iterable<ParkingSession>): void {
    const inOrder = [...sessions].sort(
      (a, b) => (a.leftAt ?? a.enteredAt) - (b.leftAt ?? b.enteredAt),
    )
    for (const session of inOrder) {
      if (session.leftAt === null)
        this.#open.set(keyOf(session.community, session.carPark, session.plate), session)
      else this.#ended.push(session)
    }
    this.#trim()
  }

  /** Ids of ended sessions that were forgotten since the last call. */
  takeForgotten(): string[] {
    return this.#forgotten.splice(0)
  }
  readonly #forgotten: string[] = []

  #end(key: string, session: ParkingSession, ts: number, barrier: string): ParkingSession {
    this.#open.delete(key)
    const ended = { ...session, leftAt: Math.max(ts, session.enteredAt), leftBy: barrier }
    this.#ended.push(ended)
    this.#trim()
    return ended
  }

  #trim(): void {
    const extra = this.#ended.length - this.#bounds.endedMax
    if (extra <= 0) return
    for (const { id } of this.#ended.splice(0, extra)) this.#forgotten.push(id)
  }
}
