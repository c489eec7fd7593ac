/** Something that waits for a moment. Its owner sets `dueAt` and calls `DueHeap.schedule`. */
export interface Waiting {
  /** Epoch ms of our clock; null when it waits for nothing. */
  dueAt: number | null
  /** Breaks ties, so that the order of effects does not depend on the order of insertion. */
  readonly key: string
}

interface Entry<T> {
  readonly at: number
  readonly item: T
}

/**
 * Deadlines by time, O(log n). An item whose deadline has moved stays where it was and is put right when it
 * comes up: moving a deadline away, which every message of a device does, costs nothing.
 */
export class DueHeap<T extends Waiting> {
  readonly #entries: Entry<T>[] = []
  /** The earliest entry of each item that is still in the heap. */
  readonly #queued = new Map<T, number>()

  /** Call after `dueAt` was set. */
  schedule(item: T): void {
    if (item.dueAt === null) return
    const queued = this.#queued.get(item)
    if (queued !== undefined && queued <= item.dueAt) return
    this.#push(item.dueAt, item)
  }

  /** The earliest deadline, or null. */
  nextAt(): number | null {
    this.#settle()
    return this.#entries[0]?.at ?? null
  }

  /** Takes the next item whose deadline is at or before `now`; its `dueAt` is null afterwards. */
  takeDue(now: number): T | null {
    const first = this.#entries[0]
    if (first === undefined || first.at > now) return null
    this.#settle()
    const top = this.#entries[0]
    if (top === undefined || top.at > now) return null
    this.#pop()
    top.item.dueAt = null
    return top.item
  }

  /** Brings an entry to the top whose time is the true deadline of its item. */
  #settle(): void {
    for (let top = this.#entries[0]; top !== undefined; top = this.#entries[0]) {
      const { item, at } = top
      const current = this.#queued.get(item) === at
      if (current && item.dueAt === at) return
      this.#pop()
      if (current && item.dueAt !== null) this.#push(item.dueAt, item)
    }
  }

  #before(a: Entry<T>, b: Entry<T>): boolean {
    return a.at < b.at || (a.at === b.at && a.item.key < b.item.key)
  }

  #push(at: number, item: T): void {
    this.#queued.set(item, at)
    const entries = this.#entries
    const entry = { at, item }
    let index = entries.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#before(entry, entries[parent]!)) break
      entries[index] = entries[parent]!
      index = parent
    }
    entries[index] = entry
  }

  #pop(): void {
    const entries = this.#entries
    const top = entries[0]!
    if (this.#queued.get(top.item) === top.at) this.#queued.delete(top.item)
    const last = entries.pop()!
    const size = entries.length
    if (size === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= size) break
      if (child + 1 < size && this.#before(entries[child + 1]!, entries[child]!)) child += 1
      if (!this.#before(entries[child]!, last)) break
      entries[index] = entries[child]!
      index = child
    }
    entries[index] = last
  }
}
