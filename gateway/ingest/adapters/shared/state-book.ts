import type { StateRow } from '../../../model/engine.ts'

/** What an adapter remembers, by key: bounded, and saved with the batch that changed it. */
export class StateBook<T> {
  readonly #entries = new Map<string, T>()
  readonly #max: number
  #dirty = new Set<string>()
  /** Entries that were not taken because there are too many. */
  refused = 0

  constructor(entriesMax: number) {
    this.#max = entriesMax
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)
  }

  get size(): number {
    return this.#entries.size
  }

  [Symbol.iterator](): IterableIterator<[string, T]> {
    return this.#entries.entries()
  }

  /** False where the book is full. Also to be called when an entry was changed in place. */
  set(key: string, value: T): boolean {
    if (!this.#entries.has(key) && this.#entries.size >= this.#max) {
      this.refused++
      return false
    }
    this.#entries.set(key, value)
    this.#dirty.add(key)
    return true
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#dirty.add(key)
  }

  restore(rows: Iterable<StateRow>): void {
    for (const { key, value } of rows)
      if (value !== null) this.#entries.set(key, JSON.parse(value) as T)
  }

  takeDirty(): StateRow[] {
    const rows = [...this.#dirty].map((key) => {
      const value = this.#entries.get(key)
      return { key, value: value === undefined ? null : JSON.stringify(value) }
    })
    this.#dirty = new Set()
    return rows
  }
}
