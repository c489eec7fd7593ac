/** Items by a key that several share, each group in the order of their ids: it does not depend on who came first. */
export class GroupIndex<T> {
  readonly #idOf: (item: T) => string
  readonly #keyOf: (item: T) => string | null
  readonly #groups = new Map<string, T[]>()

  constructor(idOf: (item: T) => string, keyOf: (item: T) => string | null) {
    this.#idOf = idOf
    this.#keyOf = keyOf
  }

  of(key: string): readonly T[] {
    return this.#groups.get(key) ?? []
  }

  clear(): void {
    this.#groups.clear()
  }

  add(item: T): void {
    const key = this.#keyOf(item)
    if (key === null) return
    const id = this.#idOf(item)
    const group = this.#groups.get(key) ?? []
    const at = group.findIndex((other) => this.#idOf(other) > id)
    // Groups are handed out: those who hold one keep what they were given.
    this.#groups.set(key, at === -1 ? [...group, item] : group.toSpliced(at, 0, item))
  }

  remove(item: T): void {
    const key = this.#keyOf(item)
    if (key === null) return
    const rest = (this.#groups.get(key) ?? []).filter((other) => other !== item)
    if (rest.length === 0) this.#groups.delete(key)
    else this.#groups.set(key, rest)
  }
}
