import type { StateRow } from '../model/engine.ts'
import type { AccessFact } from '../model/input.ts'
import { type AccessMemory, type Passage, PassageBook, type VisitorEntries } from './passback.ts'

const passagePrefix = 'passage/'
const visitorPrefix = 'visitor/'

/** Passages and visitors' entries on disk: each counts in the transaction that commits its decision. */
export class KeptPassages {
  readonly #book = new PassageBook()
  readonly #dirty = new Map<string, string | null>()

  note(fact: AccessFact, area: string): void {
    const { passage, entries } = this.#book.note(fact, area)
    if (passage !== null) this.#dirty.set(passagePrefix + passage.key, JSON.stringify(passage))
    if (entries !== null) this.#dirty.set(visitorPrefix + entries.visitor, JSON.stringify(entries))
    const lost = this.#book.takeLost()
    for (const key of lost.passages) this.#dirty.set(passagePrefix + key, null)
    for (const visitor of lost.visitors) this.#dirty.set(visitorPrefix + visitor, null)
  }

  /** Forgets visits that are no longer in the roster and passages that no longer matter. */
  reconcile(isKnown: (visitor: string) => boolean, now: number): void {
    for (const visitor of this.#book.keepVisitors(isKnown))
      this.#dirty.set(visitorPrefix + visitor, null)
    for (const key of this.#book.keepSince(now)) this.#dirty.set(passagePrefix + key, null)
  }

  memory(): AccessMemory {
    return this.#book.memory()
  }

  /** Rows of other parts are not its business. */
  restore(rows: readonly StateRow[]): void {
    const passages: Passage[] = []
    const entries: VisitorEntries[] = []
    for (const { key, value } of rows) {
      if (value === null) continue
      if (key.startsWith(passagePrefix)) passages.push(JSON.parse(value) as Passage)
      if (key.startsWith(visitorPrefix)) entries.push(JSON.parse(value) as VisitorEntries)
    }
    this.#book.restore({ passages, entries })
  }

  takeDirty(): StateRow[] {
    const rows = [...this.#dirty].map(([key, value]) => ({ key, value }))
    this.#dirty.clear()
    return rows
  }
}
