import { hourMs, minuteMs, secondMs } from '../../contracts/clock.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { AccessFact } from '../model/input.ts'

/** The last way in which somebody passed an area. */
export interface Passage {
  /** Community, kind and id of the holder, and the area. */
  readonly key: string
  readonly direction: 'in' | 'out'
  readonly at: number
}

/** Entries that a visitor has used, over all doors and barriers. */
export interface VisitorEntries {
  readonly visitor: string
  readonly count: number
  readonly door: string
  readonly at: number
}

/** What the doors must not forget over a restart. The access engine keeps it in the log's transaction. */
export interface AccessMemory {
  readonly passages: readonly Passage[]
  readonly entries: readonly VisitorEntries[]
}

export interface PassageBounds {
  readonly passagesMax: number
  readonly visitorsMax: number
}

/** Twice at one door so soon is one entry: the code was held up twice. */
const sameEntryMs = 10 * secondMs
const insideAtMostMs = 12 * hourMs
/** Where no door of the area leads back out, nobody could ever clear the passage: only haste counts. */
const withoutWayOutMs = 2 * minuteMs

/** Doors whose place has one name form an area; a door without a place is its own. */
export const areaOf = ({ id, place }: Pick<RosterDevice, 'id' | 'place'>): string =>
  place?.name ?? id

const keyOf = (community: string, holder: { kind: string; id: string }, area: string): string =>
  JSON.stringify([community, `${holder.kind}:${holder.id}`, area])

/** Who is inside by the doors' word, and how often visitors have come in. Bounded; the oldest is forgotten. */
export class PassageBook {
  readonly #bounds: PassageBounds
  readonly #passages = new Map<string, Passage>()
  readonly #entries = new Map<string, VisitorEntries>()
  readonly #lost = { passages: [] as string[], visitors: [] as string[] }
  /** Passages and visitors given up because of the bounds. */
  forgotten = 0

  constructor(bounds: Partial<PassageBounds> = {}) {
    this.#bounds = { passagesMax: 50_000, visitorsMax: 50_000, ...bounds }
  }

  restore({ passages, entries }: AccessMemory): void {
    const { passagesMax, visitorsMax } = this.#bounds
    for (const passage of oldestFirst(passages)) this.#keep(passage, passagesMax)
    for (const entry of oldestFirst(entries)) this.#keepEntries(entry, visitorsMax)
  }

  /** What was given up since the last call, for whoever keeps it on disk. */
  takeLost(): { readonly passages: readonly string[]; readonly visitors: readonly string[] } {
    return { passages: this.#lost.passages.splice(0), visitors: this.#lost.visitors.splice(0) }
  }

  memory(): AccessMemory {
    return { passages: [...this.#passages.values()], entries: [...this.#entries.values()] }
  }

  entriesOf(visitor: string): number {
    return this.#entries.get(visitor)?.count ?? 0
  }

  /** A passage that was granted; returns what has changed, for whoever keeps it on disk. */
  note(
    fact: AccessFact,
    area: string,
  ): { passage: Passage | null; entries: VisitorEntries | null } {
    const { granted, holder, community, direction } = fact
    if (!granted || holder === null) return { passage: null, entries: null }
    const entries =
      holder.kind === 'visitor' && direction !== 'out' ? this.#enter(holder.id, fact) : null
    if (direction === undefined) return { passage: null, entries }
    const passage = { key: keyOf(community, holder, area), direction, at: fact.receivedAt }
    this.#keep(passage, this.#bounds.passagesMax)
    return { passage, entries }
  }

  /** Whether the holder passed the area in this direction last, and not too long ago for it to matter. */
  isRepeat(
    community: string,
    holder: { readonly kind: string; readonly id: string },
    at: { readonly area: string; readonly direction: 'in' | 'out'; readonly wayBack: boolean },
    now: number,
  ): boolean {
    const last = this.#passages.get(keyOf(community, holder, at.area))
    if (last === undefined || last.direction !== at.direction) return false
    return now - last.at < (at.wayBack ? insideAtMostMs : withoutWayOutMs)
  }

  /** Forgets visitors that nobody can invite any more; returns them. */
  keepVisitors(isKnown: (visitor: string) => boolean): string[] {
    const gone = [...this.#entries.keys()].filter((visitor) => !isKnown(visitor))
    for (const visitor of gone) this.#entries.delete(visitor)
    return gone
  }

  /** Forgets passages that no longer matter at `now`; returns their keys. */
  keepSince(now: number): string[] {
    const old = [...this.#passages.values()].filter(({ at }) => now - at >= insideAtMostMs)
    for (const { key } of old) this.#passages.delete(key)
    return old.map(({ key }) => key)
  }

  #enter(visitor: string, { door, receivedAt: at }: AccessFact): VisitorEntries | null {
    const last = this.#entries.get(visitor)
    if (last !== undefined && last.door === door && Math.abs(at - last.at) < sameEntryMs)
      return null
    const entry = { visitor, count: (last?.count ?? 0) + 1, door, at }
    this.#keepEntries(entry, this.#bounds.visitorsMax)
    return entry
  }

  #keep(passage: Passage, max: number): void {
    const lost = put(this.#passages, passage.key, passage, max)
    if (lost !== null) this.#lost.passages.push(lost)
    if (lost !== null) this.forgotten += 1
  }

  #keepEntries(entry: VisitorEntries, max: number): void {
    const lost = put(this.#entries, entry.visitor, entry, max)
    if (lost !== null) this.#lost.visitors.push(lost)
    if (lost !== null) this.forgotten += 1
  }
}

const oldestFirst = <T extends { readonly at: number }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => a.at - b.at)

/** The newest last; returns the key that had to go. */
function put<T>(map: Map<string, T>, key: string, value: T, max: number): string | null {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size <= max || oldest === undefined) return null
  map.delete(oldest)
  return oldest
}
